"""where a project is and what it changes of rules, permits, silences, notices and what follows."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ALERT_COLUMNS = (
    ("layer", sa.String(), "national"),
    ("layers", sa.JSON(), "{}"),
    ("reasons", sa.JSON(), "[]"),
    ("ended_because", sa.JSON(), None),
    ("noticed_at", UtcDateTime(), None),
    ("silenced_by", sa.Integer(), None),
    ("inhibited_by", sa.Integer(), None),
)
_PROJECT_COLUMNS = (
    ("region", sa.String(), ""),
    ("city", sa.String(), ""),
    ("rules_version", sa.Integer(), "1"),
)


def upgrade() -> None:
    """Goes forward."""
    for table, columns in (("projects", _PROJECT_COLUMNS), ("alerts", _ALERT_COLUMNS)):
        with op.batch_alter_table(table) as batch:
            for name, kind, old in columns:
                batch.add_column(sa.Column(name, kind, nullable=old is None, server_default=old))
        with op.batch_alter_table(table) as batch:
            for name, kind, old in columns:
                if old is not None:
                    batch.alter_column(name, existing_type=kind, server_default=None)
    with op.batch_alter_table("device_states") as batch:
        batch.add_column(sa.Column("agent", sa.String(), nullable=True))
    _rules()
    _notices()


def downgrade() -> None:
    """Goes back; what was set of rules and who was told is lost."""
    for table in (
        "notice_alerts", "notices", "links", "escalations", "silences", "permits", "rule_overrides"
    ):  # fmt: skip
        op.drop_table(table)
    with op.batch_alter_table("device_states") as batch:
        batch.drop_column("agent")
    for table, columns in (("alerts", _ALERT_COLUMNS), ("projects", _PROJECT_COLUMNS)):
        with op.batch_alter_table(table) as batch:
            for name, *_ in columns:
                batch.drop_column(name)


def _rules() -> None:
    op.create_table(
        "rule_overrides",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        _in_project("rule_overrides"),
        sa.PrimaryKeyConstraint("project_id", "rule", name=op.f("pk_rule_overrides")),
    )
    op.create_table(
        "permits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("starts", UtcDateTime(), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_because", sa.String(), nullable=False),
        _in_project("permits"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permits")),
    )
    op.create_index(op.f("ix_permits_project_id"), "permits", ["project_id"])
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matchers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts", UtcDateTime(), nullable=False),
        sa.Column("ends", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index("ix_silences_ends", "silences", ["ends"])
    op.create_table(
        "escalations",
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("repeat_minutes", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("severity", name=op.f("pk_escalations")),
    )


def _notices() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        _in_project("links"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_index("ix_links_project", "links", ["project_id", "until"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        _in_project("notices"),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_notices_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_group", "notices", ["project_id", "topic", "role", "at"])
    op.create_table(
        "notice_alerts",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_notice_alerts_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_alerts_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "alert_id", name=op.f("pk_notice_alerts")),
    )
    op.create_index(op.f("ix_notice_alerts_alert_id"), "notice_alerts", ["alert_id"])


def _in_project(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_project_id")
    return sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=name)
