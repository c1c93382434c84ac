"""Rebuilds a claim and its hold from what was logged of them, through the machines themselves.

An entry that the machines would refuse, or that does not lead where the log says, breaks the
replay: then the log is not the whole story.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from siteward_contracts.clock import SHANGHAI
from siteward_rules.money import holds
from siteward_rules.money.claims import ClaimEvent, ClaimState, Procedure, advance
from siteward_rules.money.hold_states import Actor
from siteward_rules.money.holds import Hold


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry about a claim.

    Attributes:
        action: ``noun.verb``.
        by: Who did it.
        at: When.
        detail: What was logged with it.
    """

    action: str
    by: Actor
    at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A claim as the log leaves it; None where nothing was filed."""

    state: ClaimState | None = None
    procedure: Procedure = Procedure.SHORT
    hold: Hold | None = None


def replay(entries: Iterable[Entry]) -> Rebuilt:
    """Follows the entries of one claim, oldest first.

    Raises:
        ValueError: The machines refuse what the log says happened.
    """
    now = Rebuilt()
    for entry in entries:
        now = _step(now, entry)
    return now


def _step(now: Rebuilt, entry: Entry) -> Rebuilt:
    if entry.action == "claim.file":
        procedure = Procedure(entry.detail["procedure"])
        now = Rebuilt(ClaimState(entry.detail["state"]), procedure)
    for event in entry.detail.get("moves", ()):
        if now.state is None:
            raise ValueError(f"{event} before the claim was filed")
        now = replace(now, state=advance(now.state, ClaimEvent(event), now.procedure))
    return replace(now, hold=_hold(now.hold, entry))


def _hold(hold: Hold | None, entry: Entry) -> Hold | None:
    d, today = entry.detail, entry.at.astimezone(SHANGHAI).date()
    if entry.action == "hold.recommend":
        claimed, wages, amount = (Decimal(d[k]) for k in ("claim_amount", "wages", "amount"))
        made = holds.recommend(claimed, wages, amount, entry.by, entry.at, today)
        return replace(made, basis=d["basis"])
    if hold is None:
        return None
    match entry.action:
        case "hold.opinion":
            return holds.give_opinion(hold, entry.by)
        case "hold.decide" if d["decision"] == "hold":
            return holds.decide_hold(
                hold, Decimal(d["amount"]), entry.by, entry.at, today, d["basis"], d["reason"]
            )
        case "hold.decide":
            return holds.decide_release(hold, entry.by, entry.at, d["basis"], d["reason"])
        case "audit.conclude":
            return holds.conclude(hold, Decimal(d["payable_works"]), entry.by)
        case "hold.release":
            return holds.release(hold, Decimal(d["amount"]), entry.by)
        case "hold.expire":
            return holds.expire(hold, today)
    return hold
