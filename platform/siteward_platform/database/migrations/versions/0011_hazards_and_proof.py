"""the rectification of hazards; anchors and triggers of the audit log; facts behind findings."""

from datetime import UTC, datetime, time

import sqlalchemy as sa
from alembic import op

from siteward_contracts.clock import SHANGHAI
from siteward_platform.database.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("state", sa.String(), False),
    ("found_at", UtcDateTime(), False),
    ("since", UtcDateTime(), False),
    ("camera", sa.String(), True),
    ("control_due", UtcDateTime(), True),
    ("submitted_by", sa.String(), True),
    ("fixed_by", sa.String(), False),
    ("submitted_at", UtcDateTime(), True),
    ("recheck_due", sa.Date(), True),
    ("rechecked_by", sa.String(), True),
    ("look_backs", sa.Integer(), False),
    ("look_back_due", sa.Date(), True),
    ("suspended", sa.Boolean(), False),
    ("supervised", sa.Boolean(), False),
    ("overdue", sa.String(), False),
)
_REFUSAL = "the audit log is append-only"
_LOGS = ("audit_log", "audit_anchors")
_WHEN = {
    "audit_log": "seq = NEW.seq OR previous = NEW.previous",
    "audit_anchors": "day = NEW.day",
}
"""SQLite's INSERT OR REPLACE deletes without asking the delete triggers."""


def upgrade() -> None:
    """Goes forward."""
    _hazards()
    op.create_table(
        "audit_anchors",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_anchors")),
    )
    op.create_table(
        "claim_snapshots",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("evaluated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_claim_snapshots_claim_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_snapshots")),
    )
    # Not in a batch: rebuilding the table is what the triggers are there to refuse.
    op.add_column(
        "audit_log", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    _guard()


def downgrade() -> None:
    """Goes back; orders and pictures are lost, entries written since verify no longer."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _LOGS:
            for name in ("no_change", "no_truncate"):
                op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
    else:
        for table in _LOGS:
            for name in ("no_update", "no_delete", "no_replace"):
                op.execute(f"DROP TRIGGER {table}_{name}")
    op.drop_column("audit_log", "version")
    for table in ("claim_snapshots", "audit_anchors", "qualified_people", "hazard_pictures"):
        op.drop_table(table)
    op.drop_index("ix_hazard_orders_hazard_id", "hazard_orders")
    op.drop_table("hazard_orders")
    with op.batch_alter_table("hazards") as batch:
        batch.drop_index("ix_hazards_state")
        for name, *_ in _COLUMNS:
            batch.drop_column(name)


def _hazards() -> None:
    with op.batch_alter_table("hazards") as batch:
        for name, kind, _ in _COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
    _fill()
    with op.batch_alter_table("hazards") as batch:
        for name, kind, nullable in _COLUMNS:
            if not nullable:
                batch.alter_column(name, existing_type=kind, nullable=False)
        batch.create_index("ix_hazards_state", ["state"])
    op.create_table(
        "hazard_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        *(sa.Column(n, sa.String(), nullable=False) for n in ("number", "kind", "issued_by")),
        sa.Column("issued_role", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        *(sa.Column(n, sa.String(), nullable=False) for n in ("later_reason", "addressee")),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazards.id"], name=op.f("fk_hazard_orders_hazard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_hazard_orders_number")),
    )
    op.create_index("ix_hazard_orders_hazard_id", "hazard_orders", ["hazard_id"])
    op.create_table(
        "hazard_pictures",
        sa.Column("hazard_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("ts", UtcDateTime(), nullable=False),
        sa.Column("camera", sa.String(), nullable=True),
        *(
            sa.Column(n, sa.Double(), nullable=True)
            for n in ("latitude", "longitude", "accuracy", "distance")
        ),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hazard_id"], ["hazards.id"], name=op.f("fk_hazard_pictures_hazard_id")
        ),
        sa.PrimaryKeyConstraint("hazard_id", "sha256", name=op.f("pk_hazard_pictures")),
    )
    op.create_table(
        "qualified_people",
        *(sa.Column(n, sa.String(), nullable=False) for n in ("project_id", "username")),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_qualified_people_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["username"], ["accounts.username"], name=op.f("fk_qualified_people_username")
        ),
        sa.PrimaryKeyConstraint("project_id", "username", name=op.f("pk_qualified_people")),
    )


def _fill() -> None:
    """Old hazards were confirmed when recorded, and closed without a look-back."""
    table = sa.table(
        "hazards",
        sa.column("id", sa.Integer()),
        sa.column("found_on", sa.Date()),
        sa.column("closed_on", sa.Date()),
        *(sa.column(name, kind) for name, kind, _ in _COLUMNS),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(table.c.id, table.c.found_on, table.c.closed_on)).all():
        found = datetime.combine(row.found_on, time(12), SHANGHAI).astimezone(UTC)
        closed = row.closed_on and datetime.combine(row.closed_on, time(12), SHANGHAI)
        values = {
            "state": "closed" if closed else "confirmed",
            "found_at": found,
            "since": closed.astimezone(UTC) if closed else found,
            "fixed_by": "",
            "look_backs": 0,
            "suspended": False,
            "supervised": False,
            "overdue": "",
        }
        bind.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        for table in _LOGS:
            for name, event, each in (
                ("no_change", "UPDATE OR DELETE", "ROW"),
                ("no_truncate", "TRUNCATE", "STATEMENT"),
            ):
                op.execute(
                    f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
                )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for table in _LOGS:
        exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {_WHEN[table]}) "
        for name, event, when in (
            ("no_update", "UPDATE", ""),
            ("no_delete", "DELETE", ""),
            ("no_replace", "INSERT", exists),
        ):
            op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when}{refuse}")
