"""What the nurse's day needs: the queue's first read looks at all plans without their text."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_care_plan_standing", "care_plan", ["patient_id", "id", "status", "version", "signed_on"])
