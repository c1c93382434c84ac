"""papers, variations, certificates, appeals, clawbacks, imports, and a claim's procedure."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime, Yuan

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (
    "bank_lines", "clock_notices", "refunds", "clawbacks", "claim_lines", "certificates",
    "appeals", "variations", "papers", "imports",
)  # fmt: skip


def upgrade() -> None:
    """Goes forward; claims and projects of before keep the short procedure."""
    _papers()
    _procedure()
    _imports()
    _columns()


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("voided_by", sa.String(), nullable=True),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_papers_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
    )
    op.create_index("ix_papers_project_kind", "papers", ["project_id", "kind"])
    op.create_table(
        "variations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("quantity_basis", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("priced_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_variations_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variations")),
    )
    op.create_index("ix_variations_project_id", "variations", ["project_id"])


def _procedure() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=False),
        sa.Column("replied_by", sa.String(), nullable=True),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_appeals_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_claim_id", "appeals", ["claim_id"])
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_certificates_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_certificates_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_index("ix_certificates_claim_id", "certificates", ["claim_id"])
    op.create_table(
        "claim_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("variation_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("price", Yuan(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_lines_claim_id")),
        sa.ForeignKeyConstraint(
            ["variation_id"], ["variations.id"], name=op.f("fk_claim_lines_variation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_lines")),
    )
    op.create_index("ix_claim_lines_claim_id", "claim_lines", ["claim_id"])
    op.create_table(
        "clawbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("works_paid", Yuan(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_role", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=True),
        sa.Column("ordered_role", sa.String(), nullable=True),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("returned", Yuan(), nullable=False),
        sa.Column("recovered_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "amount > 0 AND amount <= works_paid", name=op.f("ck_clawbacks_spares_wages")
        ),
        sa.CheckConstraint(
            "ordered_by IS NULL OR ordered_by <> proposed_by", name=op.f("ck_clawbacks_two_people")
        ),
        sa.CheckConstraint(
            "returned >= 0 AND returned <= amount", name=op.f("ck_clawbacks_returned")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_clawbacks_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawbacks")),
    )
    op.create_index("ix_clawbacks_claim_id", "clawbacks", ["claim_id"])
    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clawback_id", sa.Integer(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount")),
        sa.ForeignKeyConstraint(
            ["clawback_id"], ["clawbacks.id"], name=op.f("fk_refunds_clawback_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_refunds_bank_reference")),
    )
    op.create_index("ix_refunds_clawback_id", "refunds", ["clawback_id"])
    op.create_table(
        "clock_notices",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name=op.f("fk_clock_notices_claim_id")
        ),
        sa.PrimaryKeyConstraint(
            "claim_id", "clock", "due_on", "status", name=op.f("pk_clock_notices")
        ),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("total", Yuan(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_imports_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_project_sha256", "imports", ["project_id", "sha256"])
    op.create_table(
        "bank_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_bank_lines_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_bank_lines_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_bank_lines_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
    )
    for column in ("import_id", "project_id", "payment_id"):
        op.create_index(f"ix_bank_lines_{column}", "bank_lines", [column])


def _columns() -> None:
    with op.batch_alter_table("claims") as batch:
        batch.add_column(
            sa.Column("procedure", sa.String(), nullable=False, server_default="short")
        )
        batch.add_column(sa.Column("submitted_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("contracts") as batch:
        batch.add_column(
            sa.Column("procedure", sa.String(), nullable=False, server_default="short")
        )
        batch.add_column(sa.Column("sme", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(
            sa.Column("payment_days", sa.Integer(), nullable=False, server_default="30")
        )
        batch.add_column(sa.Column("approval_limit", Yuan(), nullable=True))
    with op.batch_alter_table("payments") as batch:
        batch.add_column(sa.Column("payee", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("invoice", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_payments_import_id", "imports", ["import_id"], ["id"])
    op.create_index("ix_payments_import_id", "payments", ["import_id"])
    with op.batch_alter_table("work_items") as batch:
        batch.add_column(sa.Column("kind", sa.String(), nullable=True))
    for table, names in _DEFAULTS.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.alter_column(name, server_default=None)


_DEFAULTS = {
    "claims": ("procedure",),
    "contracts": ("procedure", "sme", "payment_days"),
    "payments": ("payee", "invoice"),
}


def downgrade() -> None:
    """Goes back; everything of the full procedure is lost."""
    with op.batch_alter_table("work_items") as batch:
        batch.drop_column("kind")
    op.drop_index("ix_payments_import_id", "payments")
    with op.batch_alter_table("payments") as batch:
        batch.drop_constraint("fk_payments_import_id", type_="foreignkey")
        for name in ("payee", "invoice", "import_id"):
            batch.drop_column(name)
    with op.batch_alter_table("contracts") as batch:
        for name in ("procedure", "sme", "payment_days", "approval_limit"):
            batch.drop_column(name)
    with op.batch_alter_table("claims") as batch:
        for name in ("procedure", "submitted_at"):
            batch.drop_column(name)
    for table in _TABLES:
        op.drop_table(table)
