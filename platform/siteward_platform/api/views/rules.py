"""Rules as people read them."""

from datetime import timedelta
from functools import cache
from typing import Final

from siteward_contracts.catalog import HAZARDS
from siteward_platform.api.schemas.safety import RuleOut
from siteward_platform.api.schemas.values import Text
from siteward_rules.findings import FundRule
from siteward_rules.funds import FUND_RULES
from siteward_rules.language.rule_file import PAGES, load_packs, shipped_files
from siteward_rules.stream.rule import StreamRule

_AGGREGATES: Final = {
    "mean": ("均值", "mean"),
    "energy_mean": ("等效声级", "energy mean"),
    "max": ("最大值", "maximum"),
    "min": ("最小值", "minimum"),
    "last": ("最新值", "latest"),
    "count": ("次数", "count"),
}
_FACTS: Final = {
    "payments": "付款",
    "accepted progress": "核定进度",
    "reported progress": "上报进度",
    "contract": "合同",
    "claim": "支付申请",
    "milestones": "验收节点",
    "payee account changes": "收款账户变更",
    "device health": "设备在线情况",
    "zone states": "分区影像状态",
    "hazards": "隐患",
}


@cache
def all_rules() -> tuple[RuleOut, ...]:
    """Stream rules, then fund rules; they change only with the program.

    Raises:
        ConfigError: A shipped pack is damaged.
    """
    streams = load_packs(shipped_files())
    return (*map(_stream, streams), *map(_fund, FUND_RULES))


def _stream(rule: StreamRule) -> RuleOut:
    return RuleOut(
        id=rule.id,
        title=Text(zh=rule.title.zh, en=rule.title.en),
        family="stream",
        severity=rule.severity,
        action=rule.action,
        reads=[Text(zh=rule.quantity.zh, en=rule.quantity.en)],
        condition=_condition(rule),
        source=str(rule.source),
        trust=rule.source.trust,
        page=_page(rule.id),
    )


def _condition(rule: StreamRule) -> Text:
    """``value > limit`` with what the value is, over which time, and the limit's number."""
    zh, en = rule.quantity
    if rule.of_detections:
        hazard = HAZARDS[rule.kind]
        zh, en = f"影像检出“{hazard.zh}”", f"Camera sees “{hazard.en}”"
        if rule.limit is not None:
            zh, en = f"{zh}，置信度", f"{en}, confidence"
    if rule.window:
        aggregate = _AGGREGATES[rule.aggregate]
        zh = f"{_span(rule.window, 0)}{zh}{aggregate[0]}"
        en = f"{en}, {_span(rule.window, 1)} {aggregate[1]}"
    if rule.limit is None:
        return Text(zh=zh, en=en)
    compared = rule.condition.source.partition(" ")[2].replace(
        "limit", f"{rule.limit:g} {rule.unit}".rstrip()
    )
    hours = f" {rule.hours.start:%H:%M}–{rule.hours.end:%H:%M}" if rule.hours else ""
    return Text(zh=f"{zh} {compared}{hours}", en=f"{en} {compared}{hours}")


def _span(window: timedelta, language: int) -> str:
    minutes = round(window.total_seconds() / 60)
    if minutes % 60:
        return (f"{minutes} 分钟", f"{minutes} min")[language]
    return (f"{minutes // 60} 小时", f"{minutes // 60} h")[language]


def _fund(rule: FundRule) -> RuleOut:
    return RuleOut(
        id=rule.id,
        title=Text(zh=rule.title.zh, en=rule.title.en),
        family="fund",
        severity=rule.severity,
        action=rule.action,
        reads=[Text(zh=_FACTS[name], en=name) for name in rule.reads],
        condition=Text(zh=rule.formula.zh, en=rule.formula.en),
        source=rule.basis,
        trust=rule.trust,
        page=_page(rule.id),
    )


def _page(rule: str) -> str:
    return (PAGES / f"{rule}.md").read_text(encoding="utf-8")
