"""who takes care of an alert."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("alerts") as table:
        table.add_column(sa.Column("assigned_to", sa.String(), nullable=True))
        table.add_column(sa.Column("assigned_by", sa.String(), nullable=True))
        table.add_column(sa.Column("assigned_at", UtcDateTime(), nullable=True))
    op.create_index("ix_alerts_project_started", "alerts", ["project_id", "started_at"])
    op.create_index("ix_evidence_device", "evidence", ["project_id", "device", "ts"])


def downgrade() -> None:
    """Goes back."""
    op.drop_index("ix_evidence_device", "evidence")
    op.drop_index("ix_alerts_project_started", "alerts")
    with op.batch_alter_table("alerts") as table:
        table.drop_column("assigned_at")
        table.drop_column("assigned_by")
        table.drop_column("assigned_to")
