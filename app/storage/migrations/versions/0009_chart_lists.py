"""What a chart says of a medicine, an allergy and a condition, each in its own field; requests to amend it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ADDED = {
    "medication": ("dose", "route", "frequency", "prescriber", "adherence"),
    "allergy": ("kind", "severity"),
    "condition": ("basis", "documented_by"),
}


def upgrade() -> None:
    for table, columns in _ADDED.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.String(), server_default="", nullable=False))
    op.create_table(
        "amendment_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_amendment_request_patient_id_patient")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_amendment_request_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_request")),
    )
    op.create_index("ix_amendment_request_patient_id", "amendment_request", ["patient_id"])
    op.create_table(
        "amendment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('extended', 'accepted', 'denied', 'disagreement', 'rebuttal', 'informed')",
            name=op.f("ck_amendment_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["amendment_request.id"], name=op.f("fk_amendment_event_request_id_amendment_request")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_amendment_event_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_event")),
    )
    op.create_index("ix_amendment_event_request_id", "amendment_event", ["request_id"])
    for table in ("amendment_request", "amendment_event"):
        for when, what in (("UPDATE", "changed"), ("DELETE", "removed")):
            op.execute(
                f"CREATE TRIGGER {table}_never_{what} BEFORE {when} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
            )
