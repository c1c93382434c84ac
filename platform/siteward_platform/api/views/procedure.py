"""Certificates, lines, clocks, objections and clawbacks of a claim."""

from siteward_platform.act import Act
from siteward_platform.api.schemas.procedure import (
    AppealOut,
    CertificateOut,
    ClaimLineOut,
    ClawbackOut,
    DeadlineOut,
)
from siteward_platform.api.views.people import shown_name
from siteward_platform.appeals import appeals_of
from siteward_platform.certificates import certificates_of
from siteward_platform.claim_clocks import deadlines_of
from siteward_platform.claim_lines import bill_of, lines_of
from siteward_platform.clawbacks import clawbacks_of
from siteward_platform.database.models import Claim, ClaimLine, VariationRecord


def certificates_out(act: Act, claim: Claim) -> list[CertificateOut]:
    """Certificates since the claim was last submitted."""
    return [
        CertificateOut.model_validate(c).model_copy(update={"by": _name(act, c.by)})
        for c in certificates_of(act.session, claim)
    ]


def lines_out(act: Act, claim: Claim) -> list[ClaimLineOut]:
    """A claim's lines with the bill's names and prices."""
    lines = lines_of(act.session, claim.id)
    bill = bill_of(act.session, claim.project_id) if lines else {}
    found: list[ClaimLineOut] = []
    for line in lines:
        item = bill.get(line.item or "")
        found.append(
            ClaimLineOut(
                item=line.item,
                variation=line.variation_id,
                name=item.name if item else _variation_number(act, line),
                unit=item.unit if item else "",
                quantity=line.quantity,
                price=line.price,
                contract_price=item.price if item else None,
            )
        )
    return found


def deadlines_out(act: Act, claim: Claim) -> list[DeadlineOut]:
    """A claim's clocks as they stand today."""
    return [
        DeadlineOut.model_validate(deadline)
        for deadline in deadlines_of(act.session, claim, act.today)
    ]


def appeals_out(act: Act, claim: Claim) -> list[AppealOut]:
    """A claim's objections, oldest first."""
    return [
        AppealOut.model_validate(row).model_copy(
            update={
                "by": _name(act, row.by),
                "replied_by": shown_name(act.session, row.replied_by),
            }
        )
        for row in appeals_of(act.session, claim.id)
    ]


def clawbacks_out(act: Act, claim: Claim) -> list[ClawbackOut]:
    """A claim's clawbacks, oldest first."""
    return [
        ClawbackOut.model_validate(row).model_copy(
            update={
                "proposed_by": _name(act, row.proposed_by),
                "ordered_by": shown_name(act.session, row.ordered_by),
            }
        )
        for row in clawbacks_of(act.session, claim.id)
    ]


def _variation_number(act: Act, line: ClaimLine) -> str:
    if line.variation_id is None:
        return line.item or ""
    return act.session.get_one(VariationRecord, line.variation_id).number


def _name(act: Act, username: str) -> str:
    return shown_name(act.session, username) or username
