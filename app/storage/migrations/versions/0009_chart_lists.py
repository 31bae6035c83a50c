"""What a chart says of a medicine, an allergy and a condition, each in its own field."""

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
