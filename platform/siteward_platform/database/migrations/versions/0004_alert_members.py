"""alert members."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "alert_members",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("fired_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_members_alert_id")
        ),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_alert_members")),
    )
    with op.batch_alter_table("alert_members") as batch:
        batch.create_index(batch.f("ix_alert_members_alert_id"), ["alert_id"], unique=False)


def downgrade() -> None:
    """Goes back."""
    op.drop_table("alert_members")
