"""danger zones, so that alerts can name where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("projects") as batch:
        batch.add_column(sa.Column("danger_zones", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("projects") as batch:
        batch.alter_column("danger_zones", server_default=None)


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("projects") as batch:
        batch.drop_column("danger_zones")
