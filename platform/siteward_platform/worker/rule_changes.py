"""Alerts whose rule went away: they end with the reason, and are never left firing."""

from collections.abc import Collection

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.database.models import AlertMember, AlertRecord
from siteward_platform.worker.alerts import add_up
from siteward_platform.worker.site_rules import SiteRules
from siteward_rules.language.layers import RuleSet


def end_orphans(act: Act, rules: SiteRules, sites: Collection[str] | None = None) -> int:
    """Ends what the rules of some sites, or of all, no longer watch.

    Returns:
        How many alerts ended.
    """
    query = (
        select(AlertMember, AlertRecord)
        .join(AlertRecord, AlertRecord.id == AlertMember.alert_id)
        .where(
            AlertRecord.state == "firing",
            AlertMember.resolved_at.is_(None),
            AlertMember.retracted.is_(False),
        )
    )
    if sites is not None:
        query = query.where(AlertRecord.project_id.in_(sites))
    ended = 0
    for member, alert in act.session.execute(query).all():
        own = rules.of(alert.project_id)
        if any(rule.id == member.rule for rule in own.rules):
            continue
        member.resolved_at = max(act.at, member.started_at)
        act.session.flush()
        add_up(act.session, alert)
        if alert.state == "resolved":
            alert.ended_because = _reason(own, member.rule)
            act.log(
                "alert.end", f"alert:{alert.id}", project=alert.project_id, rule=member.rule,
                reason=alert.ended_because["zh"],
            )  # fmt: skip
            act.announce("alert", alert.project_id, alert.id, alert.state)
            ended += 1
    return ended


def _reason(own: RuleSet, rule: str) -> dict[str, str]:
    if rule in own.disabled:
        why = own.disabled[rule]
        return {"zh": f"规则已停用：{why}", "en": f"The rule was switched off: {why}"}
    for abstained in own.abstained:
        if abstained.rule == rule:
            asked = abstained.param_title
            return {"zh": f"规则缺少“{asked.zh}”，不再判断", "en": f"The rule lacks: {asked.en}"}
    return {"zh": "该规则已不适用于本项目", "en": "The rule no longer applies to this project"}
