"""reports that were asked for, with the hashes of their files."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=True),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_percent", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_role", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("pdf", sa.String(), nullable=True),
        sa.Column("pdf_size", sa.Integer(), nullable=True),
        sa.Column("xlsx", sa.String(), nullable=True),
        sa.Column("xlsx_size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_reports_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_state", "reports", ["state"])
    op.create_index(op.f("ix_reports_project_id"), "reports", ["project_id"])


def downgrade() -> None:
    """Goes back."""
    op.drop_table("reports")
