"""claims and money."""

import sqlalchemy as sa
from alembic import op

from siteward_platform.database.types import UtcDateTime, Yuan

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("milestone", sa.String(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("wage_amount", Yuan(), nullable=False),
        sa.Column("claimed_percent", sa.Double(), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("payee_account", sa.String(), nullable=False),
        sa.Column("invoice", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("filed_at", UtcDateTime(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signature_note", sa.String(), nullable=False),
        sa.Column("evaluated_version", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "amount > 0 AND wage_amount >= 0 AND wage_amount <= amount",
            name=op.f("ck_claims_amounts"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_claims_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index("ix_claims_project_state", ["project_id", "state"], unique=False)

    op.create_table(
        "payee_account_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_payee_account_changes_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_account_changes")),
    )
    with op.batch_alter_table("payee_account_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_payee_account_changes_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "audit_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payable_works", Yuan(), nullable=True),
        sa.Column("reduction", Yuan(), nullable=True),
        sa.Column("concluded_by", sa.String(), nullable=True),
        sa.Column("concluded_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_audit_cases_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cases")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_audit_cases_claim_id")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("formula", sa.String(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("clears_when", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_findings_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index("ix_findings_claim_rule", ["claim_id", "rule"], unique=False)

    op.create_table(
        "hazards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("closure_note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_hazards_alert_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_hazards_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazards")),
    )
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hazards_project_id"), ["project_id"], unique=False)

    op.create_table(
        "holds",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claim_amount", Yuan(), nullable=False),
        sa.Column("wage_amount", Yuan(), nullable=False),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("released", Yuan(), nullable=False),
        sa.Column("reduced", Yuan(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recommended_by", sa.String(), nullable=False),
        sa.Column("recommended_role", sa.String(), nullable=False),
        sa.Column("recommended_at", UtcDateTime(), nullable=False),
        sa.Column("opinion_by", sa.String(), nullable=True),
        sa.Column("opinion_role", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_role", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("release_recommended_by", sa.String(), nullable=True),
        sa.Column("release_recommended_role", sa.String(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND amount <= claim_amount - wage_amount",
            name=op.f("ck_holds_spares_wages"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> recommended_by", name=op.f("ck_holds_two_people")
        ),
        sa.CheckConstraint(
            "released >= 0 AND reduced >= 0 AND released + reduced <= amount",
            name=op.f("ck_holds_split"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_holds_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_holds")),
    )
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_opinions_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinions_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("milestone", sa.String(), nullable=True),
        sa.Column("amount", Yuan(), nullable=False),
        sa.Column("wage_amount", Yuan(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("payee_account", sa.String(), nullable=False),
        sa.Column("bank_reference", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND wage_amount >= 0 AND wage_amount <= amount",
            name=op.f("ck_payments_amounts"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_payments_claim_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_payments_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_payments_bank_reference"), ["bank_reference"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_payments_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_project_id"))
        batch_op.drop_index(batch_op.f("ix_payments_claim_id"))
        batch_op.drop_index(batch_op.f("ix_payments_bank_reference"))

    op.drop_table("payments")
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinions_claim_id"))

    op.drop_table("opinions")
    op.drop_table("holds")
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hazards_project_id"))

    op.drop_table("hazards")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index("ix_findings_claim_rule")

    op.drop_table("findings")
    op.drop_table("audit_cases")
    with op.batch_alter_table("payee_account_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payee_account_changes_project_id"))

    op.drop_table("payee_account_changes")
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_index("ix_claims_project_state")

    op.drop_table("claims")
