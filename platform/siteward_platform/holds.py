"""Keeps the rules' pure holds in the database; every state change goes through them."""

from sqlalchemy.orm import Session

from siteward_platform.database.models import HoldRecord
from siteward_rules.money.hold_states import Actor, HoldState
from siteward_rules.money.holds import Hold


def load_hold(session: Session, claim: int) -> Hold | None:
    """The hold on a claim, if there is one."""
    row = session.get(HoldRecord, claim)
    return None if row is None else hold_of(row)


def hold_of(row: HoldRecord) -> Hold:
    """A row as the rules know it."""
    return Hold(
        claim_amount=row.claim_amount,
        wage_amount=row.wage_amount,
        amount=row.amount,
        recommended_by=Actor(row.recommended_by, row.recommended_role),
        recommended_at=row.recommended_at,
        review_due=row.review_due,
        state=HoldState(row.state),
        opinion_by=_actor(row.opinion_by, row.opinion_role),
        decided_by=_actor(row.decided_by, row.decided_role),
        decided_at=row.decided_at,
        basis=row.basis,
        reason=row.reason,
        release_recommended_by=_actor(row.release_recommended_by, row.release_recommended_role),
        released=row.released,
        reduced=row.reduced,
    )


def keep_hold(session: Session, claim: int, hold: Hold) -> None:
    """Writes a hold over what was kept of it before."""
    row = session.get(HoldRecord, claim) or HoldRecord(claim_id=claim)
    row.claim_amount = hold.claim_amount
    row.wage_amount = hold.wage_amount
    row.amount = hold.amount
    row.recommended_by, row.recommended_role = hold.recommended_by.name, hold.recommended_by.role
    row.recommended_at = hold.recommended_at
    row.review_due = hold.review_due
    row.state = hold.state.value
    row.opinion_by, row.opinion_role = _columns(hold.opinion_by)
    row.decided_by, row.decided_role = _columns(hold.decided_by)
    row.decided_at = hold.decided_at
    row.basis = hold.basis
    row.reason = hold.reason
    row.release_recommended_by, row.release_recommended_role = _columns(hold.release_recommended_by)
    row.released = hold.released
    row.reduced = hold.reduced
    session.add(row)
    session.flush()


def _actor(name: str | None, role: str | None) -> Actor | None:
    return Actor(name, role) if name is not None and role is not None else None


def _columns(actor: Actor | None) -> tuple[str | None, str | None]:
    return (actor.name, actor.role) if actor else (None, None)
