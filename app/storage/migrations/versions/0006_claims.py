"""The claim register: claims, their sendings and batches, what came back, and what was done about it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_EVIDENCE = ("claim", "claim_batch", "claim_event", "claim_response", "claim_sending")


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_claim_patient_id_patient")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("patient_id", "month", name=op.f("uq_claim_patient_id")),
    )
    op.create_index("ix_claim_month", "claim", ["month"])
    op.create_table(
        "claim_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("control_no", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("program_version", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('837p', 'test', 'paper')", name=op.f("ck_claim_batch_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_batch_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_batch")),
        sa.UniqueConstraint("control_no", name=op.f("uq_claim_batch_control_no")),
    )
    op.create_index("ix_claim_batch_month", "claim_batch", ["month"])
    op.create_table(
        "claim_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("packet_id", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("original_no", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.CheckConstraint("frequency IN ('1', '7', '8')", name=op.f("ck_claim_sending_frequency")),
        sa.ForeignKeyConstraint(["batch_id"], ["claim_batch.id"], name=op.f("fk_claim_sending_batch_id_claim_batch")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_sending_claim_id_claim")),
        sa.ForeignKeyConstraint(["packet_id"], ["packet.id"], name=op.f("fk_claim_sending_packet_id_packet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_sending")),
        sa.UniqueConstraint("claim_id", "attempt", name=op.f("uq_claim_sending_claim_id")),
        sa.UniqueConstraint("claim_no", name=op.f("uq_claim_sending_claim_no")),
    )
    op.create_index("ix_claim_sending_batch_id", "claim_sending", ["batch_id"])
    op.create_table(
        "claim_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('999', '277CA')", name=op.f("ck_claim_response_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_response_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_response")),
        sa.UniqueConstraint("sha256", name=op.f("uq_claim_response_sha256")),
    )
    op.create_table(
        "claim_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("sending_id", sa.Integer(), nullable=True),
        sa.Column("response_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("payer_no", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('exported', 'submitted', 'file_accepted', 'file_rejected', 'accepted', 'rejected', 'denied', "
            "'paid', 'resubmission', 'written_off', 'overpayment', 'overpayment_settled')",
            name=op.f("ck_claim_event_kind"),
        ),
        sa.CheckConstraint("frequency IN ('', '1', '7', '8')", name=op.f("ck_claim_event_frequency")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_event_claim_id_claim")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_event_person_id_person")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["claim_response.id"], name=op.f("fk_claim_event_response_id_claim_response")
        ),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["claim_sending.id"], name=op.f("fk_claim_event_sending_id_claim_sending")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_event")),
    )
    op.create_index("ix_claim_event_claim", "claim_event", ["claim_id", "id"])
    for table in _EVIDENCE:
        for verb, word in (("UPDATE", "changed"), ("DELETE", "removed")):
            op.execute(
                f"CREATE TRIGGER {table}_never_{word} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
            )
