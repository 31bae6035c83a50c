"""Approvals taken back, closes and reopenings of a month, and the bytes of what was made."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_EVIDENCE = ("approval_withdrawal", "close_file", "month_close", "month_reopening", "paper_piece", "stored_paper")


def upgrade() -> None:
    op.create_table(
        "paper_piece",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_paper_piece")),
    )
    op.create_table(
        "stored_paper",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_paper")),
    )
    op.create_table(
        "approval_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_withdrawal_approval_id_approval")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_withdrawal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_withdrawal")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_approval_withdrawal_approval_id")),
    )
    op.create_table(
        "month_close",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("packets", sa.Integer(), nullable=False),
        sa.Column("not_billed", sa.Integer(), nullable=False),
        sa.Column("one_person_clinic", sa.Boolean(), nullable=False),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("program_version", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_month_close_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_close")),
        sa.UniqueConstraint("month", "revision", name=op.f("uq_month_close_month")),
    )
    op.create_table(
        "close_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("close_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["close_id"], ["month_close.id"], name=op.f("fk_close_file_close_id_month_close")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_paper.sha256"], name=op.f("fk_close_file_sha256_stored_paper")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_close_file")),
        sa.UniqueConstraint("close_id", "name", name=op.f("uq_close_file_close_id")),
    )
    op.create_table(
        "month_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("close_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("packets", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("second_by", sa.String(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(), nullable=False),
        sa.Column("reopened_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(second_id IS NULL) = (second_by = '')", name=op.f("ck_month_reopening_second_named")),
        sa.CheckConstraint("second_id IS NULL OR second_id <> person_id", name=op.f("ck_month_reopening_two_people")),
        sa.ForeignKeyConstraint(["close_id"], ["month_close.id"], name=op.f("fk_month_reopening_close_id_month_close")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_month_reopening_person_id_person")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_month_reopening_second_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_reopening")),
    )
    op.create_index("ix_month_reopening_month", "month_reopening", ["month"])
    op.add_column("approval", sa.Column("family", sa.String(), nullable=True))
    op.add_column("approval", sa.Column("family_reason", sa.String(), nullable=True))
    op.add_column("approval", sa.Column("signing_key", sa.String(), nullable=True))
    op.add_column("approval", sa.Column("signature", sa.String(), nullable=True))
    op.add_column("packet", sa.Column("stored_sha256", sa.String(), nullable=True))
    # SQLite adds a foreign key only with its column.
    op.execute(
        "ALTER TABLE packet ADD COLUMN reopening_id INTEGER "
        "CONSTRAINT fk_packet_reopening_id_month_reopening REFERENCES month_reopening (id)"
    )
    op.create_index(
        "ix_packet_one_final",
        "packet",
        ["month", "patient_id"],
        unique=True,
        sqlite_where=sa.text("state = 'final'"),
        postgresql_where=sa.text("state = 'final'"),
    )
    for table in _EVIDENCE:
        for verb, word in (("UPDATE", "changed"), ("DELETE", "removed")):
            op.execute(
                f"CREATE TRIGGER {table}_never_{word} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
            )
    op.execute(
        "CREATE TRIGGER packet_void_for_ever BEFORE UPDATE OF state ON packet WHEN old.state = 'void' "
        "BEGIN SELECT RAISE(ABORT, 'a void packet stays void'); END"
    )
