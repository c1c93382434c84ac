"""The full procedure of a claim: review, instruction, objections, clawbacks."""

from typing import Final

from fastapi import APIRouter

from siteward_platform import appeals, claim_review, clawbacks
from siteward_platform.api.access import (
    Auditor,
    ChiefSupervisor,
    Department,
    Finance,
    Rejecter,
    Replier,
    Returner,
)
from siteward_platform.api.schemas.claim_acts import (
    AppealIn,
    AppealReplyIn,
    CertificateIn,
    ClawbackDecisionIn,
    ClawbackIn,
    ReasonIn,
    RefundIn,
    SubmissionIn,
)
from siteward_platform.api.schemas.claims import ClaimDetail
from siteward_platform.api.views.claims import claim_detail

router: Final = APIRouter(tags=["claims"])


@router.post("/claims/{claim}/submission")
def submit_claim(desk: Department, claim: int, body: SubmissionIn) -> ClaimDetail:
    """Hands in a draft, or a returned claim as corrected."""
    with desk.act() as act:
        return claim_detail(act, claim_review.submit_claim(act, claim, body))


@router.post("/claims/{claim}/certificate")
def certify_claim(desk: ChiefSupervisor, claim: int, body: CertificateIn) -> ClaimDetail:
    """The chief supervisor certifies; the certificate is the signature (质量条例 37)."""
    with desk.act() as act:
        return claim_detail(act, claim_review.certify_claim(act, claim, body))


@router.post("/claims/{claim}/owner-certificate")
def agree_claim(desk: Department, claim: int, body: CertificateIn) -> ClaimDetail:
    """The owner agrees to all of it, or to a part, which gets an interim certificate."""
    with desk.act() as act:
        return claim_detail(act, claim_review.agree_claim(act, claim, body))


@router.post("/claims/{claim}/return")
def return_claim(desk: Returner, claim: int, body: ReasonIn) -> ClaimDetail:
    """The chief supervisor or the owner sends a claim back for correction."""
    with desk.act() as act:
        return claim_detail(act, claim_review.return_claim(act, claim, body))


@router.post("/claims/{claim}/rejection")
def reject_claim(desk: Rejecter, claim: int, body: ReasonIn) -> ClaimDetail:
    """The owner or finance rejects a claim; its wages stay payable."""
    with desk.act() as act:
        return claim_detail(act, claim_review.reject_claim(act, claim, body))


@router.post("/claims/{claim}/instruction")
def instruct_claim(desk: Finance, claim: int) -> ClaimDetail:
    """Finance instructs the treasury to pay the works part."""
    with desk.act() as act:
        return claim_detail(act, claim_review.instruct_claim(act, claim))


@router.post("/claims/{claim}/instruction/cancellation")
def cancel_instruction(desk: Finance, claim: int, body: ReasonIn) -> ClaimDetail:
    """Finance takes back an instruction that was not carried out."""
    with desk.act() as act:
        return claim_detail(act, claim_review.cancel_instruction(act, claim, body))


@router.post("/claims/{claim}/appeal")
def appeal_hold(desk: Department, claim: int, body: AppealIn) -> ClaimDetail:
    """The payee's side objects to a hold (申诉)."""
    with desk.act() as act:
        return claim_detail(act, appeals.appeal(act, claim, body))


@router.post("/claims/{claim}/appeal/reply")
def reply_to_appeal(desk: Replier, claim: int, body: AppealReplyIn) -> ClaimDetail:
    """Somebody other than who decided answers; the answer moves no money."""
    with desk.act() as act:
        return claim_detail(act, appeals.reply(act, claim, body))


@router.post("/claims/{claim}/clawback")
def propose_clawback(desk: Auditor, claim: int, body: ClawbackIn) -> ClaimDetail:
    """An auditor finds works money overpaid."""
    with desk.act() as act:
        return claim_detail(act, clawbacks.propose(act, claim, body))


@router.post("/claims/{claim}/clawback/decision")
def decide_clawback(desk: Finance, claim: int, body: ClawbackDecisionIn) -> ClaimDetail:
    """Finance orders a proposed clawback, or does not; thirty days then run."""
    with desk.act() as act:
        return claim_detail(act, clawbacks.decide(act, claim, body))


@router.post("/claims/{claim}/clawback/refund")
def record_refund(desk: Finance, claim: int, body: RefundIn) -> ClaimDetail:
    """Finance records money that came back."""
    with desk.act() as act:
        return claim_detail(act, clawbacks.take_back(act, claim, body))
