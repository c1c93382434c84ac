"""webhooks, what they deliver and what is answered, and which projects are published."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime, Yuan

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        _refers("webhook_deliveries", "webhook_id", "webhooks.id"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "next_try"])
    op.create_index("ix_webhook_deliveries_lane", "webhook_deliveries", ["webhook_id", "lane"])
    op.create_index(op.f("ix_webhook_deliveries_id"), "webhook_deliveries", ["id"])
    op.create_table(
        "treasury_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        _refers("treasury_answers", "webhook_id", "webhooks.id"),
        _refers("treasury_answers", "claim_id", "claims.id"),
        _refers("treasury_answers", "payment_id", "payments.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_answers")),
    )
    op.create_index(op.f("ix_treasury_answers_claim_id"), "treasury_answers", ["claim_id"])
    op.create_table(
        "publications",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        _refers("publications", "project_id", "projects.id"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_publications")),
    )


def downgrade() -> None:
    """Goes back; what was to be sent and what was answered is lost."""
    for table in ("publications", "treasury_answers", "webhook_deliveries", "webhooks"):
        op.drop_table(table)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))
