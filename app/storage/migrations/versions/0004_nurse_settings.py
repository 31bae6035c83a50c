"""What the nurse's day needs: a first look at the queue that reads no plan's text and judges only what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_care_plan_standing", "care_plan", ["patient_id", "id", "status", "version", "signed_on"])
    op.create_table(
        "standing_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_standing_month_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_month")),
    )
