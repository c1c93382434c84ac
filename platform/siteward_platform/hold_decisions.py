"""What people do about a hold: opinion, decision, audit, release. The rules' machine judges."""

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.api.schemas.claim_acts import (
    AuditConclusionIn,
    AuditOpeningIn,
    DecisionIn,
    OpinionIn,
    ReleaseIn,
)
from siteward_platform.claims import announce, change_claim, move, subject
from siteward_platform.database.models import AuditCase, Claim, Opinion
from siteward_platform.holds import keep_hold, load_hold
from siteward_platform.refusals import ConflictError
from siteward_rules.money import holds
from siteward_rules.money.claims import ClaimEvent, ClaimState
from siteward_rules.money.hold_states import HoldState


def give_opinion(act: Act, claim_id: int, body: OpinionIn) -> Claim:
    """The supervision committee's written opinion (督办建议)."""
    claim = change_claim(act, claim_id)
    keep_hold(act.session, claim_id, holds.give_opinion(_hold(act, claim), act.who))
    act.session.add(Opinion(claim_id=claim_id, by=act.who.name, at=act.at, **body.model_dump()))
    return _done(act, claim, "hold.opinion", **body.model_dump())


def decide_hold(act: Act, claim_id: int, body: DecisionIn) -> Claim:
    """Finance decides: hold this amount, or let the claim go on."""
    claim = change_claim(act, claim_id)
    hold = _hold(act, claim)
    if body.decision == "hold":
        decided = holds.decide_hold(
            hold, body.amount, act.who, act.at, act.today, body.basis, body.reason
        )
    else:
        decided = holds.decide_release(hold, act.who, act.at, body.basis, body.reason)
        move(act, claim, ClaimEvent.LIFT_HOLD)
    keep_hold(act.session, claim_id, decided)
    return _done(act, claim, "hold.decide", recommended=hold.amount, **body.model_dump())


def open_audit(act: Act, claim_id: int, body: AuditOpeningIn) -> Claim:
    """An auditor opens a case on a held claim."""
    claim = change_claim(act, claim_id)
    hold = _hold(act, claim)
    if audit_case(act, claim) is not None:
        raise ConflictError("audit_open_already", "该申请已有审计事项", "请在已有事项上继续办理")
    if hold.decided_by is None or not hold.is_open:
        raise ConflictError(
            "hold_not_decided", "财政部门尚未决定暂缓拨付，不能开展审计", "请等待财政部门决定"
        )
    act.session.add(
        AuditCase(claim_id=claim_id, opened_by=act.who.name, opened_at=act.at, subject=body.subject)
    )
    return _done(act, claim, "audit.open", subject=body.subject)


def conclude_audit(act: Act, claim_id: int, body: AuditConclusionIn) -> Claim:
    """What of the works part is payable; the rest of the hold is reduced (核减) for good."""
    claim = change_claim(act, claim_id)
    hold = _hold(act, claim)
    case = audit_case(act, claim)
    if case is None:
        raise ConflictError("no_audit_case", "该申请尚未开展审计", "请先开展审计")
    concluded = holds.conclude(hold, body.payable_works, act.who)
    keep_hold(act.session, claim_id, concluded)
    case.payable_works, case.reduction = body.payable_works, concluded.reduced
    case.concluded_by, case.concluded_at, case.reason = act.who.name, act.at, body.reason
    if concluded.state is HoldState.REDUCED and claim.state == ClaimState.HELD:
        move(act, claim, ClaimEvent.SETTLE)
    return _done(act, claim, "audit.conclude", reduction=concluded.reduced, **body.model_dump())


def release_hold(act: Act, claim_id: int, body: ReleaseIn) -> Claim:
    """Finance lets part of the hold go, on the auditor's conclusion."""
    claim = change_claim(act, claim_id)
    keep_hold(act.session, claim_id, holds.release(_hold(act, claim), body.amount, act.who))
    return _done(act, claim, "hold.release", **body.model_dump())


def audit_case(act: Act, claim: Claim) -> AuditCase | None:
    """The audit of a claim, if one was opened."""
    query = select(AuditCase).where(AuditCase.claim_id == claim.id)
    return act.session.scalars(query).one_or_none()


def _hold(act: Act, claim: Claim) -> holds.Hold:
    hold = load_hold(act.session, claim.id)
    if hold is None:
        raise ConflictError("no_hold", "该申请没有建议暂缓的款项", "请打开申请查看当前状态")
    if claim.state == ClaimState.WITHDRAWN:
        raise ConflictError("claim_withdrawn", "该申请已撤回", "无需再办理")
    return hold


def _done(act: Act, claim: Claim, action: str, /, **detail: object) -> Claim:
    act.log(action, subject(claim), project=claim.project_id, **detail)
    announce(act, claim)
    return claim
