"""When each person was signed in is asked of the audit trail, for the days that cannot have been."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "at"])
