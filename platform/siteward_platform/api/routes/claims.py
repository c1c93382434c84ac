"""Payment claims from filing to the last payment."""

from typing import Final

from fastapi import APIRouter, Response, status

from siteward_platform import claim_payments, claims, hold_decisions
from siteward_platform.api.access import (
    Auditor,
    BundleReader,
    ChiefSupervisor,
    Department,
    Finance,
    Staff,
    Supervisor,
)
from siteward_platform.api.schemas.claim_acts import (
    AuditConclusionIn,
    AuditOpeningIn,
    ClaimIn,
    ClaimPaymentIn,
    DecisionIn,
    OpinionIn,
    ReleaseIn,
    SignatureIn,
)
from siteward_platform.api.schemas.claims import ClaimDetail, ClaimSummary
from siteward_platform.api.views.claims import claim_detail, claim_summary
from siteward_platform.evidence_bundle.bundle import bundle
from siteward_rules.money.claims import ClaimState

router: Final = APIRouter(tags=["claims"])


@router.post("/projects/{project}/claims", status_code=status.HTTP_201_CREATED)
def file_claim(desk: Department, project: str, body: ClaimIn) -> ClaimDetail:
    """Files a claim; the rules check it within seconds."""
    with desk.act() as act:
        return claim_detail(act, claims.file_claim(act, project, body))


@router.get("/claims")
def list_claims(
    desk: Staff, project: str | None = None, state: ClaimState | None = None
) -> list[ClaimSummary]:
    """Claims, newest first."""
    with desk.look() as act:
        rows = claims.list_claims(act.session, project, state.value if state else None)
        return [claim_summary(act, row) for row in rows]


@router.get("/claims/{claim}")
def get_claim(desk: Staff, claim: int) -> ClaimDetail:
    """A claim with its flags, hold, money and history."""
    with desk.look() as act:
        return claim_detail(act, claims.get_claim(act.session, claim))


@router.get(
    "/claims/{claim}/bundle",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def get_claim_bundle(desk: BundleReader, claim: int) -> Response:
    """Everything said, decided and seen about a claim in one archive that checks itself.

    Who took one is in the audit log.
    """
    with desk.act() as act:
        found = claims.get_claim(act.session, claim)
        act.log("claim.bundle", claims.subject(found), project=found.project_id)
    with desk.look() as act:
        content = bundle(act.session, claim, act.at, desk.parts.evidence)
    name = f"attachment; filename=siteward-claim-{claim}.zip"
    return Response(content, media_type="application/zip", headers={"Content-Disposition": name})


@router.post("/claims/{claim}/signature")
def sign_claim(desk: ChiefSupervisor, claim: int, body: SignatureIn) -> ClaimDetail:
    """The chief supervisor signs (质量条例 37)."""
    with desk.act() as act:
        return claim_detail(act, claims.sign_claim(act, claim, body))


@router.post("/claims/{claim}/opinion")
def give_opinion(desk: Supervisor, claim: int, body: OpinionIn) -> ClaimDetail:
    """The supervision committee's opinion on a recommended hold (督办建议)."""
    with desk.act() as act:
        return claim_detail(act, hold_decisions.give_opinion(act, claim, body))


@router.post("/claims/{claim}/decision")
def decide_hold(desk: Finance, claim: int, body: DecisionIn) -> ClaimDetail:
    """Finance decides a recommended hold."""
    with desk.act() as act:
        return claim_detail(act, hold_decisions.decide_hold(act, claim, body))


@router.post("/claims/{claim}/audit")
def open_audit(desk: Auditor, claim: int, body: AuditOpeningIn) -> ClaimDetail:
    """An auditor opens a case on a held claim."""
    with desk.act() as act:
        return claim_detail(act, hold_decisions.open_audit(act, claim, body))


@router.post("/claims/{claim}/audit/conclusion")
def conclude_audit(desk: Auditor, claim: int, body: AuditConclusionIn) -> ClaimDetail:
    """What of the works part is payable; the rest is reduced (核减)."""
    with desk.act() as act:
        return claim_detail(act, hold_decisions.conclude_audit(act, claim, body))


@router.post("/claims/{claim}/release")
def release_hold(desk: Finance, claim: int, body: ReleaseIn) -> ClaimDetail:
    """Finance releases part of a hold on the audit's conclusion."""
    with desk.act() as act:
        return claim_detail(act, hold_decisions.release_hold(act, claim, body))


@router.post("/claims/{claim}/wage-payment")
def pay_wages(desk: Finance, claim: int, body: ClaimPaymentIn) -> ClaimDetail:
    """Pays the wage part; no flag and no hold stops it (工资条例 35)."""
    with desk.act() as act:
        return claim_detail(act, claim_payments.pay_wages(act, claim, body))


@router.post("/claims/{claim}/works-payment")
def pay_works(desk: Finance, claim: int, body: ClaimPaymentIn) -> ClaimDetail:
    """Pays what is payable of the works part: signed, checked, not held."""
    with desk.act() as act:
        return claim_detail(act, claim_payments.pay_works(act, claim, body))


@router.post("/claims/{claim}/withdrawal")
def withdraw_claim(desk: Department, claim: int) -> ClaimDetail:
    """The department takes a claim back of which nothing was paid or decided."""
    with desk.act() as act:
        return claim_detail(act, claims.withdraw_claim(act, claim))
