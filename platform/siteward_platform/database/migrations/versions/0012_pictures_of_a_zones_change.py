"""the picture before a zone's change, and when its camera last showed it well."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    with op.batch_alter_table("zone_states") as table:
        table.add_column(sa.Column("before", sa.String(), nullable=True))
        table.add_column(sa.Column("last_good", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("zone_states") as table:
        table.drop_column("last_good")
        table.drop_column("before")
