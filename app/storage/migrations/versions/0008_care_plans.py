"""What the living care plan needs: how far its goals have come, and the follow-ups that its interventions make."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("care_plan_id", sa.Integer(), nullable=False),
        sa.Column("goal_ref", sa.String(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_plan_progress_by_person")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_plan_progress_call_id_call")),
        sa.ForeignKeyConstraint(
            ["care_plan_id"], ["care_plan.id"], name=op.f("fk_plan_progress_care_plan_id_care_plan")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["plan_progress.id"], name=op.f("fk_plan_progress_corrects_id_plan_progress")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_plan_progress_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_progress")),
    )
    op.create_index("ix_plan_progress_patient", "plan_progress", ["patient_id", "goal_ref", "happened_on"])
    for column in ("call_id", "care_plan_id", "corrects_id"):
        op.create_index(op.f(f"ix_plan_progress_{column}"), "plan_progress", [column])
    op.create_table(
        "plan_follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("item_ref", sa.String(), nullable=False),
        sa.Column("care_plan_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["after_id"], ["follow_up.id"], name=op.f("fk_plan_follow_up_after_id_follow_up")),
        sa.ForeignKeyConstraint(
            ["care_plan_id"], ["care_plan.id"], name=op.f("fk_plan_follow_up_care_plan_id_care_plan")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_plan_follow_up_follow_up_id_follow_up")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_plan_follow_up_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_follow_up")),
        sa.UniqueConstraint("follow_up_id", name=op.f("uq_plan_follow_up_follow_up_id")),
    )
    op.create_index("ix_plan_follow_up_patient", "plan_follow_up", ["patient_id", "item_ref"])
    for column in ("after_id", "care_plan_id"):
        op.create_index(op.f(f"ix_plan_follow_up_{column}"), "plan_follow_up", [column])
    for table in ("plan_progress", "plan_follow_up"):
        op.execute(
            f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_never_removed BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
        )
