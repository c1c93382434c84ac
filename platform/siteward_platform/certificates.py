"""Payment certificates: what the chief supervisor, then the owner, found due of a claim."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.database.models import Certificate, Claim
from siteward_platform.refusals import ConflictError


def certificates_of(session: Session, claim: Claim) -> Sequence[Certificate]:
    """A claim's certificates since it was last submitted, oldest first."""
    if claim.submitted_at is None:
        return []
    query = select(Certificate).where(
        Certificate.claim_id == claim.id, Certificate.at >= claim.submitted_at
    )
    return session.scalars(query.order_by(Certificate.id)).all()


def payable(session: Session, claim: Claim) -> Decimal:
    """What is asked for now, wages included: the last certificate, else the claim itself."""
    issued = certificates_of(session, claim)
    return issued[-1].amount if issued else claim.amount


def issue(act: Act, claim: Claim, kind: str, amount: Decimal, note: str) -> Certificate:
    """Issues a certificate of at most what was asked for, and never of less than the wages.

    Raises:
        ConflictError: More than was asked for, or it would cut wages (工资条例 35).
    """
    most = payable(act.session, claim)
    if amount > most:
        raise ConflictError(
            "certificate_too_high", f"核定金额不能大于 {most} 元", "请减小金额",
            {"amount": f"最多 {most} 元"},
        )  # fmt: skip
    if amount < claim.wage_amount:
        raise ConflictError(
            "wages_cut", f"核定金额不能小于工资部分 {claim.wage_amount} 元",
            "对工程量、质量、造价的争议不影响工资（保障农民工工资支付条例第35条）",
            {"amount": f"至少 {claim.wage_amount} 元"},
        )  # fmt: skip
    issued = Certificate(
        claim_id=claim.id, kind=kind, amount=amount, by=act.who.name, at=act.at, note=note
    )
    act.session.add(issued)
    act.session.flush()
    return issued
