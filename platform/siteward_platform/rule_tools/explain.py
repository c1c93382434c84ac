"""Why a finding or an alert is there: its numbers, its rule and the layer that won, its evidence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_ingest.series import SeriesKey, SeriesStore
from siteward_platform.database.models import (
    AlertMember,
    AlertRecord,
    Claim,
    FindingRecord,
    HoldRecord,
    Project,
)
from siteward_platform.rule_sets import rule_set
from siteward_platform.sealed_evidence import worth_of
from siteward_rules.funds import FUND_RULES
from siteward_rules.language.layers import Pack, RuleSet
from siteward_rules.language.rule_file import PAGES
from siteward_rules.stream.rule import AGGREGATES, Input, StreamRule

Explanation = dict[str, Any]
"""Plain values that both JSON and people's text are made of; texts in both languages."""
_MOMENT: Final = timedelta(microseconds=1)
_NUMBER: Final = re.compile(r"(?:(finding|alert):)?(\d+)")


class UnknownError(LookupError):
    """There is no such finding or alert, or there are two; the text says which to name."""


def explain(
    session: Session, packs: Sequence[Pack], store: SeriesStore | None, name: str
) -> Explanation:
    """Explains a finding or an alert.

    Args:
        session: Where they are.
        packs: The packs in force.
        store: What was measured; None leaves the numbers of windows out.
        name: ``finding:12``, ``alert:12``, a number that only one of them has, or an incident.

    Raises:
        UnknownError: There is no such thing, or two.
        StoreError: The store does not answer.
    """
    kind, number = _which(session, name)
    if kind == "finding":
        return _finding(session, session.get_one(FindingRecord, number))
    return _alert(session, packs, store, session.get_one(AlertRecord, number))


def _which(session: Session, name: str) -> tuple[str, int]:
    match = _NUMBER.fullmatch(name)
    if match is None:
        member = session.get(AlertMember, name)
        if member is None:
            raise UnknownError(
                f"no incident is called {name!r}; name finding:NUMBER, alert:NUMBER or an incident"
            )
        return "alert", member.alert_id
    number = int(match[2])
    kinds = {"finding": FindingRecord, "alert": AlertRecord}
    wanted = [match[1]] if match[1] else list(kinds)
    found = [kind for kind in wanted if session.get(kinds[kind], number) is not None]
    if len(found) == 1:
        return found[0], number
    if found:
        raise UnknownError(f"{number} is a finding and an alert: name finding:{number} or alert:…")
    raise UnknownError(f"there is no {' or '.join(wanted)} {number}")


def _finding(session: Session, row: FindingRecord) -> Explanation:
    claim = session.get_one(Claim, row.claim_id)
    rule = next((rule for rule in FUND_RULES if rule.id == row.rule), None)
    hold = session.get(HoldRecord, claim.id)
    now = rule.version if rule else None
    return {
        "kind": "finding",
        "id": row.id,
        "rule": row.rule,
        "version": row.rule_version,
        "version_now": now,
        "title": row.title,
        "project": claim.project_id,
        "claim": {
            "id": claim.id,
            "title": claim.title,
            "state": claim.state,
            "amount": str(claim.amount),
            "wage_amount": str(claim.wage_amount),
            "claimed_on": claim.claimed_on.isoformat(),
        },
        "severity": row.severity,
        "action": row.action,
        "formula": row.formula,
        "explanation": row.explanation,
        "numbers": row.numbers,
        "layer": "national",
        "why_this_layer": "fund rules hold everywhere; no layer changes them",
        "basis": row.basis,
        "trust": row.trust,
        "evidence": _evidence(session, row.evidence),
        "clears_when": row.clears_when,
        "found_at": row.found_at.isoformat(),
        "cleared_at": row.cleared_at and row.cleared_at.isoformat(),
        "hold": hold and {"state": hold.state, "amount": str(hold.amount)},
        "page": _page(row.rule),
    }


def _alert(
    session: Session, packs: Sequence[Pack], store: SeriesStore | None, row: AlertRecord
) -> Explanation:
    project = session.get_one(Project, row.project_id)
    in_force = rule_set(session, project, packs)
    query = select(AlertMember).where(AlertMember.alert_id == row.id)
    members = session.scalars(query.order_by(AlertMember.started_at)).all()
    return {
        "kind": "alert",
        "id": row.id,
        "rule": row.rule,
        "version": row.rule_version,
        "title": row.title,
        "project": row.project_id,
        "device": row.device,
        "zone": row.zone,
        "severity": row.severity,
        "state": row.state,
        "summary": row.summary,
        "started_at": row.started_at.isoformat(),
        "fired_at": row.fired_at and row.fired_at.isoformat(),
        "resolved_at": row.resolved_at and row.resolved_at.isoformat(),
        "ended_because": row.ended_because,
        "layer": row.layer,
        "layers": row.layers,
        "reasons": row.reasons,
        "members": [_member(in_force, store, row, member) for member in members],
        "evidence": _evidence(session, [row.evidence] if row.evidence else []),
        "verdict": row.verdict,
        "verdict_reason": row.verdict_reason,
        "page": _page(row.rule),
    }


def _member(
    in_force: RuleSet, store: SeriesStore | None, alert: AlertRecord, member: AlertMember
) -> Explanation:
    known: Explanation = {
        "incident": member.incident,
        "rule": member.rule,
        "severity": member.severity,
        "value": member.value,
        "count": member.count,
        "started_at": member.started_at.isoformat(),
        "fired_at": member.fired_at and member.fired_at.isoformat(),
        "resolved_at": member.resolved_at and member.resolved_at.isoformat(),
        "retracted": member.retracted,
    }
    rule = next((rule for rule in in_force.rules if rule.id == member.rule), None)
    if rule is None:
        reason = in_force.disabled.get(
            member.rule, "it is in no pack any more, or asks for numbers"
        )
        return {**known, "not_in_force": reason}
    at = member.fired_at or member.started_at
    values = _values(rule, member.value, alert, store, at)
    return {
        **known,
        "reads": {"name": rule.reads, "zh": rule.quantity.zh, "en": rule.quantity.en},
        "aggregate": rule.aggregate,
        "window_minutes": rule.window.total_seconds() / 60,
        "window": _window(rule, alert, store, at),
        "condition": rule.condition.source,
        "values": values,
        "condition_with_values": _filled(rule.condition.source, values),
        "unit": rule.unit,
        "for_minutes": rule.wait.total_seconds() / 60,
        "layer": rule.layer,
        "layers": dict(rule.layers),
        "reasons": list(rule.reasons),
        "source": str(rule.source),
        "trust": rule.source.trust,
        "clears_when": _clears(rule, values),
    }


def _values(
    rule: StreamRule,
    value: float | None,
    alert: AlertRecord,
    store: SeriesStore | None,
    at: datetime,
) -> dict[str, float]:
    """What the condition's names stood for; inputs are read back from the store."""
    found = dict(rule.params)
    if rule.limit is not None:
        found["limit"] = rule.limit
    if value is not None:
        found["confidence" if rule.of_detections else "value"] = value
    for given in rule.inputs if store else ():
        newest = _input(store, alert, given, at)
        if newest is not None:
            found[given.name] = newest
    return found


def _input(
    store: SeriesStore | None, alert: AlertRecord, given: Input, at: datetime
) -> float | None:
    assert store is not None
    site = alert.project_id
    devices = [p.device for p in store.latest(site) if p.metric == given.metric]
    points = [
        point
        for device in devices
        if given.of_site or device == alert.device
        for point in store.raw(SeriesKey(site, device, given.metric), at - given.within, at)
    ]
    return max(points)[1] if points else None


def _window(
    rule: StreamRule, alert: AlertRecord, store: SeriesStore | None, at: datetime
) -> Mapping[str, float] | None:
    """The values that were looked at when the rule fired."""
    if store is None or not rule.window or rule.of_detections or rule.silence is not None:
        return None
    key = SeriesKey(alert.project_id, alert.device or "", rule.reads)
    start, end = at - rule.window + _MOMENT, at + _MOMENT  # as the engine: up to and with `at`
    values = [value for _, value in store.raw(key, start, end)]
    if not values:
        return None
    found = {"count": len(values), "min": min(values), "max": max(values)}
    if rule.aggregate in AGGREGATES:
        energies = rule.aggregate == "energy_mean"
        looked = [10 ** (value / 10) for value in values] if energies else values
        found[rule.aggregate] = AGGREGATES[rule.aggregate](looked)
    return found


def _filled(source: str, values: Mapping[str, float]) -> str:
    """The condition with numbers in place of names."""
    return re.sub(r"[A-Za-z_]+", lambda m: f"{values[m[0]]:g}" if m[0] in values else m[0], source)


def _clears(rule: StreamRule, values: Mapping[str, float]) -> str:
    numbers = {name: number for name, number in values.items() if name not in _MAIN}
    if rule.silence is not None:
        return "a reading comes again"
    if rule.of_detections:
        over = "the camera says it is over"
    elif rule.clear is not None:
        over = _filled(rule.clear.source, numbers)
    else:
        over = f"not ({_filled(rule.condition.source, numbers)})"
    keep = f", for {rule.keep.total_seconds() / 60:g} min" if rule.keep else ""
    return f"{over}{keep}; or nothing comes for {rule.stale.total_seconds() / 60:g} min"


_MAIN: Final = ("value", "confidence")


def _evidence(session: Session, hashes: Iterable[str]) -> list[dict[str, str]]:
    """Pictures and what their signatures are worth now."""
    wanted = list(hashes)
    worth = worth_of(session, wanted)
    return [{"sha256": one, "signature": worth.get(one, "not here")} for one in wanted]


def _page(rule: str) -> str:
    path = PAGES / f"{rule}.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""
