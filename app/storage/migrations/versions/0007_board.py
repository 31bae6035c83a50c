"""Holds of a patient's month, eligibility asked, time looked at by somebody else, and the board day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ONLY_ADDED = ("month_hold", "eligibility_check", "time_review")


def upgrade() -> None:
    op.create_table(
        "month_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.CheckConstraint("act IN ('held', 'released', 'not_billed', 'taken_back')", name=op.f("ck_month_hold_act")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_month_hold_patient_id_patient")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_month_hold_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_hold")),
    )
    op.create_index("ix_month_hold_month", "month_hold", ["month", "patient_id", "id"], unique=False)
    op.create_index(op.f("ix_month_hold_patient_id"), "month_hold", ["patient_id"], unique=False)
    op.create_table(
        "eligibility_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("other_biller", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('part_b', 'medicare_advantage', 'none', 'unclear')", name=op.f("ck_eligibility_check_answer")
        ),
        sa.CheckConstraint(
            "other_biller IN ('no', 'yes', 'not_asked')", name=op.f("ck_eligibility_check_other_biller")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_eligibility_check_patient_id_patient")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_eligibility_check_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_check")),
    )
    op.create_index("ix_eligibility_check_patient", "eligibility_check", ["patient_id", "asked_on"], unique=False)
    op.create_table(
        "time_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("one_person_clinic", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_time_review_patient_id_patient")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_time_review_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_review")),
        sa.UniqueConstraint("entry_id", "version", "by", name=op.f("uq_time_review_entry_id")),
    )
    op.create_index(op.f("ix_time_review_patient_id"), "time_review", ["patient_id"], unique=False)
    op.create_table(
        "board_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_day")),
        sa.UniqueConstraint("month", "day", name=op.f("uq_board_day_month")),
    )
    # What a follow-up of the board is about ("2026-10 PLAN_UNSIGNED"); it stays out of the seal while it is NULL.
    op.add_column("follow_up", sa.Column("about", sa.String(), nullable=True))
    for table in _ONLY_ADDED:
        for event, name in (("UPDATE", "never_changed"), ("DELETE", "never_removed")):
            op.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
            )
