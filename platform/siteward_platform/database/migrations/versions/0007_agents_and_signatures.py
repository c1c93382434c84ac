"""agents with their keys and settings, and what was signed of evidence; old pictures are unsigned."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SIGNED = ("purpose", "seal", "statement", "signature", "key")


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "agent_states",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("software", sa.String(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("outbox", sa.Integer(), nullable=False),
        sa.Column("oldest", UtcDateTime(), nullable=True),
        sa.Column("clock_offset", sa.Double(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "agent", name=op.f("pk_agent_states")),
    )
    op.create_table(
        "agent_keys",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "key", name=op.f("pk_agent_keys")),
    )
    op.create_table(
        "agent_settings",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cameras", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("applied", sa.Boolean(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("project_id", "agent", "version", name=op.f("pk_agent_settings")),
    )
    op.create_index("ix_agent_settings_sent_at", "agent_settings", ["sent_at"])
    with op.batch_alter_table("evidence") as batch:
        batch.add_column(sa.Column("received_at", UtcDateTime(), nullable=True))
        for name in _SIGNED:
            kind = sa.Text() if name == "statement" else sa.String()
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=_old(name)))
    evidence = sa.table("evidence", sa.column("ts"), sa.column("received_at"))
    op.execute(sa.update(evidence).values(received_at=evidence.c.ts))
    with op.batch_alter_table("evidence") as batch:
        batch.alter_column("received_at", existing_type=UtcDateTime(), nullable=False)
        for name in _SIGNED:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    """Goes back; keys, settings and signatures are lost."""
    with op.batch_alter_table("evidence") as batch:
        for name in ("received_at", *_SIGNED):
            batch.drop_column(name)
    for table in ("agent_settings", "agent_keys", "agent_states"):
        op.drop_table(table)


def _old(column: str) -> str:
    return {"purpose": "finding", "seal": "none"}.get(column, "")
