"""What the call's screen and its notes need: marks in a note, medicines gone through, plan sections looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EVIDENCE = ("note_mark", "reconciliation", "reconciled_medication", "plan_section_review")


def upgrade() -> None:
    op.create_table(
        "note_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("since_note_id", sa.Integer(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('no_change', 'adherence')", name=op.f("ck_note_mark_kind")),
        sa.CheckConstraint("(kind = 'no_change') = (since_note_id IS NOT NULL)", name=op.f("ck_note_mark_since_what")),
        sa.CheckConstraint("(since_note_id IS NULL) = (since_on IS NULL)", name=op.f("ck_note_mark_since_when")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_mark_note_id_note")),
        sa.ForeignKeyConstraint(["since_note_id"], ["note.id"], name=op.f("fk_note_mark_since_note_id_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_mark")),
    )
    op.create_index(op.f("ix_note_mark_note_id"), "note_mark", ["note_id"])
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reconciliation_call_id_call")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_reconciliation_done_by_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reconciliation_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index(op.f("ix_reconciliation_call_id"), "reconciliation", ["call_id"])
    op.create_index("ix_reconciliation_patient", "reconciliation", ["patient_id", "id"])
    op.create_table(
        "reconciled_medication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("medication_no", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('taking', 'not_taking', 'changed', 'unknown')", name=op.f("ck_reconciled_medication_standing")
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliation.id"],
            name=op.f("fk_reconciled_medication_reconciliation_id_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciled_medication")),
    )
    op.create_index(op.f("ix_reconciled_medication_reconciliation_id"), "reconciled_medication", ["reconciliation_id"])
    op.create_table(
        "plan_section_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("care_plan_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_plan_section_review_by_person")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_plan_section_review_call_id_call")),
        sa.ForeignKeyConstraint(
            ["care_plan_id"], ["care_plan.id"], name=op.f("fk_plan_section_review_care_plan_id_care_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_section_review")),
    )
    op.create_index(op.f("ix_plan_section_review_call_id"), "plan_section_review", ["call_id"])
    op.create_index("ix_plan_section_review_plan", "plan_section_review", ["care_plan_id", "section"])
    for table in _EVIDENCE:
        for verb, word in (("UPDATE", "changed"), ("DELETE", "removed")):
            op.execute(
                f"CREATE TRIGGER {table}_never_{word} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
            )
