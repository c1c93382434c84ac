"""Rules as people read them."""

import re
from datetime import timedelta
from functools import cache
from typing import Final

from siteward_contracts.catalog import HAZARDS, METRICS
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
    "p05": ("5% 分位", "5th percentile"),
    "p10": ("10% 分位", "10th percentile"),
    "p50": ("中位数", "median"),
    "p90": ("90% 分位", "90th percentile"),
    "p95": ("95% 分位", "95th percentile"),
    "p99": ("99% 分位", "99th percentile"),
    "change": ("变化量", "change"),
    "rate_per_hour": ("每小时变化", "change per hour"),
    "rate_per_day": ("每天变化", "change per day"),
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
    "variations": "变更签证",
    "signatures": "总监签字",
    "claims": "其他支付申请",
    "approval limit": "审批限额",
    "parties": "相关单位",
    "approvals": "审批记录",
    "street payments": "全街道付款",
    "spending plan": "用款计划",
    "prices": "单价清单",
    "retention": "质量保证金",
    "progress steps": "进度记录",
    "site days": "现场日况",
    "wages": "工资专户",
    "certificates": "支付证书",
    "documents": "文件日期",
    "deliveries": "材料进场",
    "tender": "招标投标",
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
    """The condition with what the value is, over which time, and its numbers in place."""
    return Text(zh=_said(rule, 0), en=_said(rule, 1))


def _said(rule: StreamRule, language: int) -> str:
    name = rule.quantity[language]
    if rule.silence is not None:
        span = _span(rule.silence, language)
        return (f"{span}没有{name}数据", f"No {name} for {span}")[language]
    if rule.of_detections:
        hazard = HAZARDS[rule.kind]
        name = (f"检出“{hazard.zh}”", f"Detected: “{hazard.en}”")[language]
        if rule.limit is not None:
            name += ("，置信度", ", confidence")[language]
    if rule.window:
        span, aggregate = _span(rule.window, language), _AGGREGATES[rule.aggregate][language]
        name = (f"{span}{name}{aggregate}", f"{name}, {span} {aggregate}")[language]
    if rule.condition.source == "true":
        return name
    hours = f" {rule.hours.start:%H:%M}–{rule.hours.end:%H:%M}" if rule.hours else ""
    return f"{_compared(rule, name, language)}{hours}"


def _compared(rule: StreamRule, name: str, language: int) -> str:
    """``value > limit`` with every name and number in words."""
    words = {"value": name, "confidence": name}
    words |= {param: f"{number:g}" for param, number in rule.params.items()}
    for given in rule.inputs:
        metric = METRICS[given.metric]
        words[given.name] = (metric.zh, metric.en)[language]
    if rule.limit is not None:
        words["limit"] = f"{rule.limit:g} {rule.unit}".rstrip()
    source = rule.condition.source.replace("0.0 - value", "-value").replace("&&", "∧")
    said = re.sub(r"[a-z_]+", lambda found: words.get(found[0], found[0]), source)
    return re.sub(r"abs\(([^()]*)\)", r"|\1|", said).replace("*", "×")


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
