"""Fund rules on claims: findings written and cleared, holds recommended, overdue ones escalated."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_ingest.series import SeriesStore
from siteward_platform.act import Act
from siteward_platform.claim_snapshots import keep_snapshot
from siteward_platform.claims import announce, move, open_findings, subject
from siteward_platform.database.models import Claim, FindingRecord, HoldRecord, Project
from siteward_platform.facts import claim_facts, project_facts, window_of
from siteward_platform.holds import hold_of, keep_hold
from siteward_rules.findings import Finding, Number, Text
from siteward_rules.money import holds
from siteward_rules.money.claims import OPEN, ClaimEvent, ClaimState, Procedure, takes
from siteward_rules.money.hold_states import HoldState
from siteward_rules.money.recommend import Assessment, assess

REVISIT: Final = timedelta(minutes=5)
"""An open claim is evaluated again after this long even if nobody changed its project: days
pass, and late camera data arrives."""


def stale_claims(session: Session, now: datetime) -> Sequence[int]:
    """Open claims whose project changed since, or that nobody looked at for a while."""
    query = (
        select(Claim.id)
        .join(Project, Project.id == Claim.project_id)
        .where(
            Claim.state.in_([state.value for state in OPEN]),
            (Claim.evaluated_version < Project.facts_version)
            | Claim.evaluated_at.is_(None)
            | (Claim.evaluated_at < now - REVISIT),
        )
    )
    return session.scalars(query.order_by(Claim.id)).all()


def evaluate_claim(act: Act, series: SeriesStore, claim_id: int) -> Assessment | None:
    """Evaluates the fund rules on a claim and writes what they say.

    Returns:
        What they say; None when the claim was closed meanwhile.

    Raises:
        StoreError: The time series do not answer; nothing is written.
    """
    locked = select(Claim).where(Claim.id == claim_id).with_for_update()
    claim = act.session.scalars(locked.execution_options(populate_existing=True)).one()
    if ClaimState(claim.state) not in OPEN:
        return None
    version = act.session.get_one(Project, claim.project_id).facts_version
    facts = project_facts(act.session, series, claim.project_id, act.today, window_of(claim))
    asked = claim_facts(act.session, claim)
    found = assess(facts, asked)
    changed = _keep_findings(act, claim, found.findings)
    first = claim.evaluated_at is None
    claim.risk, claim.evaluated_version, claim.evaluated_at = found.risk, version, act.at
    moved = _move(act, claim, found)
    if first or changed or moved:
        record = _record(act.session, claim, found, version)
        snapshot = keep_snapshot(act, claim, facts, asked)
        act.log("claim.evaluate", subject(claim), **record, facts_sha256=snapshot)
        announce(act, claim)
    return found


def escalate_holds(act: Act) -> int:
    """Marks holds whose review is overdue; it never lets money go.

    Returns:
        How many escalated.
    """
    query = select(HoldRecord).where(
        HoldRecord.review_due < act.today, HoldRecord.state != HoldState.EXPIRED.value
    )
    count = 0
    for row in act.session.scalars(query).all():
        hold = hold_of(row)
        late = holds.expire(hold, act.today)
        claim = act.session.get_one(Claim, row.claim_id)
        if late is hold or ClaimState(claim.state) not in OPEN:
            continue
        keep_hold(act.session, claim.id, late)
        act.log(
            "hold.expire", subject(claim), review_due=hold.review_due, remaining=hold.remaining,
            was=hold.state,
        )  # fmt: skip
        announce(act, claim)
        count += 1
    return count


def _move(act: Act, claim: Claim, found: Assessment) -> bool:
    before = claim.state
    state, procedure = ClaimState(claim.state), Procedure(claim.procedure)
    if takes(state, ClaimEvent.BEGIN_CHECK, procedure):
        move(act, claim, ClaimEvent.BEGIN_CHECK)
    held_before = act.session.get(HoldRecord, claim.id) is not None
    checking = takes(ClaimState(claim.state), ClaimEvent.RECOMMEND_HOLD, procedure)
    if checking and found.hold > 0 and not held_before:
        asked = claim_facts(act.session, claim).amount
        hold = holds.recommend(asked, claim.wage_amount, found.hold, holds.RULES, act.at, act.today)
        keep_hold(act.session, claim.id, replace(hold, basis=found.basis))
        move(act, claim, ClaimEvent.RECOMMEND_HOLD)
        act.log(
            "hold.recommend", subject(claim), amount=hold.amount, wages=hold.wage_amount,
            claim_amount=asked,
            basis=found.basis, review_due=hold.review_due, rules=[f.rule for f in found.findings],
        )  # fmt: skip
    elif claim.state == ClaimState.RISK_CHECK:
        move(act, claim, ClaimEvent.PASS_CHECK)
    return claim.state != before


def _keep_findings(act: Act, claim: Claim, findings: Sequence[Finding]) -> bool:
    """Adds, updates and clears; returns whether a flag rose or fell, or says something else."""
    standing = {record.rule: record for record in open_findings(act.session, claim.id)}
    changed = False
    for finding in findings:
        record = standing.pop(finding.rule, None)
        if record is None:
            record = FindingRecord(claim_id=claim.id, rule=finding.rule, found_at=act.at)
            changed = True
        _write(record, finding)
        act.session.add(record)
        changed = changed or act.session.is_modified(record)
    for record in standing.values():
        record.cleared_at = act.at
        changed = True
    act.session.flush()
    return changed


def _write(record: FindingRecord, finding: Finding) -> None:
    record.rule_version, record.title = finding.version, finding.title._asdict()
    record.severity, record.action = finding.severity, finding.action
    record.formula, record.explanation = finding.formula._asdict(), finding.explanation._asdict()
    record.numbers = [_number(number) for number in finding.numbers]
    record.evidence = list(finding.evidence)
    record.clears_when = finding.clears_when._asdict()
    record.basis, record.trust = finding.basis, finding.trust


def _number(number: Number) -> dict[str, object]:
    value = number.value._asdict() if isinstance(number.value, Text) else number.value
    return {"name": number.name._asdict(), "value": value, "unit": number.unit._asdict()}


def _logged(number: Number) -> str:
    value = number.value.zh if isinstance(number.value, Text) else number.value
    return f"{value} {number.unit.zh}".strip()


def _record(session: Session, claim: Claim, found: Assessment, version: int) -> dict[str, object]:
    return {
        "project": claim.project_id,
        "count": len(found.findings),
        "claim": asdict(claim_facts(session, claim)),
        "facts_version": version,
        "risk": round(found.risk, 4),
        "hold": found.hold,
        "state": claim.state,
        "findings": [
            {
                "rule": f.rule,
                "version": f.version,
                "severity": f.severity,
                "inputs": {n.name.en: _logged(n) for n in f.numbers},
                "evidence": list(f.evidence),
            }
            for f in found.findings
        ],
    }
