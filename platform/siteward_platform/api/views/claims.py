"""Claims with their flags, hold, money and history."""

from decimal import Decimal

from sqlalchemy import desc, select

from siteward_platform.act import Act
from siteward_platform.api.schemas.claims import (
    AuditCaseOut,
    ClaimDetail,
    ClaimSummary,
    Comparison,
    FindingOut,
    HoldOut,
    OpinionOut,
)
from siteward_platform.api.schemas.progress import PaymentOut
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.api.views.procedure import (
    appeals_out,
    certificates_out,
    clawbacks_out,
    deadlines_out,
    lines_out,
)
from siteward_platform.api.views.timeline import timeline
from siteward_platform.certificates import payable
from siteward_platform.claim_actions import allowed_actions
from siteward_platform.claims import open_findings
from siteward_platform.database.models import (
    AuditCase,
    Claim,
    FindingRecord,
    Opinion,
    Payment,
    Project,
)
from siteward_platform.facts import paper_facts
from siteward_platform.holds import load_hold
from siteward_platform.payments import ZERO, paid_of_claim
from siteward_platform.sealed_evidence import worth_of
from siteward_platform.standing import progress
from siteward_rules.money.claims import ClaimState, Procedure
from siteward_rules.money.holds import Hold


def claim_summary(act: Act, claim: Claim) -> ClaimSummary:
    """A row of the list."""
    project = act.session.get_one(Project, claim.project_id)
    hold = load_hold(act.session, claim.id)
    wages, works = paid_of_claim(act.session, claim.id)
    return ClaimSummary(
        id=claim.id,
        project=claim.project_id,
        project_name=Text(**project.name),
        title=claim.title,
        milestone=claim.milestone,
        amount=claim.amount,
        wage_amount=claim.wage_amount,
        claimed_percent=claim.claimed_percent,
        claimed_on=claim.claimed_on,
        state=ClaimState(claim.state),
        risk=claim.risk,
        flags=[finding.rule for finding in open_findings(act.session, claim.id)],
        hold_state=hold.state.value if hold else None,
        held=hold.remaining if hold and hold.is_open else ZERO,
        wage_paid=wages,
        works_paid=works,
    )


def claim_detail(act: Act, claim: Claim) -> ClaimDetail:
    """The claim page."""
    row = claim_summary(act, claim)
    hold = load_hold(act.session, claim.id)
    return ClaimDetail(
        **{name: getattr(row, name) for name in ClaimSummary.model_fields},
        payee_account=claim.payee_account,
        invoice=claim.invoice,
        filed_by=_name(act, claim.filed_by),
        filed_at=claim.filed_at,
        signed_by=shown_name(act.session, claim.signed_by),
        signed_on=claim.signed_on,
        evaluated_at=claim.evaluated_at,
        findings=_findings(act, claim),
        hold=_hold(act, hold) if hold else None,
        opinions=_opinions(act, claim),
        audit_case=_audit_case(act, claim),
        payments=_payments(act, claim),
        procedure=Procedure(claim.procedure),
        payable=payable(act.session, claim),
        submitted_at=claim.submitted_at,
        certificates=certificates_out(act, claim),
        lines=lines_out(act, claim),
        deadlines=deadlines_out(act, claim),
        appeals=appeals_out(act, claim),
        clawbacks=clawbacks_out(act, claim),
        comparison=_comparison(act, claim, row.wage_paid + row.works_paid),
        timeline=timeline(act.session, claim.id),
        allowed_actions=allowed_actions(act.session, claim, act.who),
    )


def payment_out(payment: Payment) -> PaymentOut:
    """A payment."""
    return PaymentOut(
        id=payment.id,
        amount=payment.amount,
        wage_amount=payment.wage_amount,
        paid_on=payment.paid_on,
        payee_account=payment.payee_account,
        bank_reference=payment.bank_reference,
        purpose=payment.purpose,
        claim=payment.claim_id,
    )


def _findings(act: Act, claim: Claim) -> list[FindingOut]:
    query = select(FindingRecord).where(FindingRecord.claim_id == claim.id)
    rows = act.session.scalars(query.order_by(FindingRecord.rule, desc(FindingRecord.id))).all()
    worth = worth_of(act.session, [sha256 for row in rows for sha256 in row.evidence])
    return [
        FindingOut.model_validate(row).model_copy(
            update={"evidence_signatures": {s: worth[s] for s in row.evidence if s in worth}}
        )
        for row in rows
    ]


def _opinions(act: Act, claim: Claim) -> list[OpinionOut]:
    query = select(Opinion).where(Opinion.claim_id == claim.id).order_by(Opinion.id)
    return [
        OpinionOut(by=_name(act, row.by), at=row.at, basis=row.basis, text=row.text)
        for row in act.session.scalars(query)
    ]


def _audit_case(act: Act, claim: Claim) -> AuditCaseOut | None:
    query = select(AuditCase).where(AuditCase.claim_id == claim.id)
    row = act.session.scalars(query).one_or_none()
    if row is None:
        return None
    people = {
        "opened_by": _name(act, row.opened_by),
        "concluded_by": shown_name(act.session, row.concluded_by),
    }
    return AuditCaseOut.model_validate(row).model_copy(update=people)


def _payments(act: Act, claim: Claim) -> list[PaymentOut]:
    query = select(Payment).where(Payment.claim_id == claim.id).order_by(Payment.id)
    return [payment_out(row) for row in act.session.scalars(query)]


def _hold(act: Act, hold: Hold) -> HoldOut:
    return HoldOut(
        state=hold.state.value,
        amount=hold.amount,
        wage_excluded=hold.wage_amount,
        basis=hold.basis,
        recommended_by=_name(act, hold.recommended_by.name),
        recommended_at=hold.recommended_at,
        decided_by=_name(act, hold.decided_by.name) if hold.decided_by else None,
        decided_at=hold.decided_at,
        reason=hold.reason,
        review_due=hold.review_due,
        released=hold.released,
        reduced=hold.reduced,
    )


def _comparison(act: Act, claim: Claim, paid_of_it: Decimal) -> Comparison:
    facts = paper_facts(act.session, claim.project_id, act.today)
    percents = progress(facts)
    with_claim = facts.paid + payable(act.session, claim) - paid_of_it
    return Comparison(
        claimed=claim.claimed_percent,
        accepted=percents.accepted,
        camera=percents.camera,
        coverage=percents.coverage,
        paid=_percent(facts.paid, facts.contract_total),
        paid_with_claim=_percent(with_claim, facts.contract_total),
    )


def _name(act: Act, username: str) -> str:
    return shown_name(act.session, username) or username


def _percent(amount: Decimal, total: Decimal) -> float:
    return float(100 * amount / total) if total > 0 else 0.0
