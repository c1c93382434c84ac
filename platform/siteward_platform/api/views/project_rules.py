"""Stream rules as they hold for one project: which layer won, what is off, what is asked for."""

from typing import cast

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.api.schemas.alerting import (
    LimitIn,
    ParamOut,
    PendingOut,
    ProjectRuleOut,
    RuleOverrideOut,
    RuleState,
)
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import EngineState, RuleOverride
from siteward_platform.projects import get_project
from siteward_platform.rule_overrides import check_known
from siteward_platform.rule_sets import rule_set, shipped_packs
from siteward_rules.language.layers import LayeredRule, RuleSet
from siteward_rules.stream.engine import pending


def project_rules(act: Act, project_id: str) -> list[ProjectRuleOut]:
    """Every stream rule of the project's place, by id."""
    own = rule_set(act.session, get_project(act.session, project_id), shipped_packs())
    query = select(RuleOverride).where(RuleOverride.project_id == project_id)
    overrides = {row.rule: row for row in act.session.scalars(query)}
    return [_rule(act, own, rule, overrides.get(id)) for id, rule in sorted(own.layered.items())]


def project_rule(act: Act, project_id: str, rule: str) -> ProjectRuleOut:
    """One of them.

    Raises:
        NotFoundError: It does not apply where the project is.
    """
    project = get_project(act.session, project_id)
    check_known(project, rule)
    own = rule_set(act.session, project, shipped_packs())
    row = act.session.get(RuleOverride, (project_id, rule))
    return _rule(act, own, own.layered[rule], row)


def pending_alerts(act: Act, project_id: str) -> list[PendingOut]:
    """Breaches that have not lasted long enough yet, the oldest first."""
    own = rule_set(act.session, get_project(act.session, project_id), shipped_packs())
    rules = {rule.id: rule for rule in own.rules}
    states = select(EngineState).where(
        EngineState.key.startswith(f"{project_id}/", autoescape=True)
    )
    found = []
    for row in act.session.scalars(states):
        device = row.key.partition("/")[2]
        for name, zone, state in pending(row.value):
            rule = rules.get(name)
            if rule is not None and state.since is not None:
                found.append(
                    PendingOut(
                        rule=name, title=Text(**rule.title._asdict()), device=device or None,
                        zone=zone, since=state.since, fires_at=state.since + rule.wait,
                        value=state.value,
                    )
                )  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.rule))


def _rule(act: Act, own: RuleSet, layered: LayeredRule, row: RuleOverride | None) -> ProjectRuleOut:
    spec = layered.spec
    state: RuleState = "on"
    if spec.id in own.disabled:
        state = "off"
    elif any(abstained.rule == spec.id for abstained in own.abstained):
        state = "abstained"
    hours = spec.hours
    return ProjectRuleOut(
        id=spec.id,
        title=Text(zh=spec.title.zh, en=spec.title.en),
        state=state,
        why=own.disabled.get(spec.id, ""),
        severity=spec.severity,
        action=spec.action,
        layer=layered.layer,
        layers=dict(layered.layers),
        reasons=list(layered.reasons),
        limit=spec.limit.value if spec.limit else None,
        unit=spec.limit.unit if spec.limit else "",
        hours=f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else None,
        days=spec.days,
        wait_seconds=round(spec.wait.total_seconds()),
        keep_seconds=round(spec.keep.total_seconds()),
        params=_params(layered),
        permit=spec.suppress_if.permit if spec.suppress_if else None,
        condition=spec.condition,
        source=f"{spec.source.doc} {spec.source.clause}".strip(),
        trust=spec.source.trust,
        overridable=spec.overridable,
        override=_override(act, row) if row is not None else None,
    )


def _params(layered: LayeredRule) -> list[ParamOut]:
    return [
        ParamOut(
            name=name,
            title=Text(zh=given.title.zh, en=given.title.en),
            unit=given.unit,
            low=given.low,
            high=given.high,
            value=layered.params.get(name, given.default),
        )
        for name, given in layered.spec.params.items()
    ]


def _override(act: Act, row: RuleOverride) -> RuleOverrideOut:
    change = dict(row.change)
    if limit := change.get("limit"):
        change["limit"] = LimitIn(**limit)
    by = cast(str, shown_name(act.session, row.set_by))
    return RuleOverrideOut(**change, reason=row.reason, set_by=by, set_at=row.set_at)
