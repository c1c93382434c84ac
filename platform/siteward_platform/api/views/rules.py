"""Rules as people read them."""

from functools import cache

from siteward_platform.api.schemas import RuleOut, Text
from siteward_rules.findings import FundRule
from siteward_rules.funds import FUND_RULES
from siteward_rules.rule_file import PAGES, load_packs, shipped_files
from siteward_rules.stream_rule import StreamRule


@cache
def all_rules() -> tuple[RuleOut, ...]:
    """Stream rules, then fund rules; they change only with the program.

    Raises:
        ConfigError: A shipped pack is damaged.
    """
    streams = load_packs(shipped_files())
    return (*map(_stream, streams), *map(_fund, FUND_RULES))


def _stream(rule: StreamRule) -> RuleOut:
    limit = "" if rule.limit is None else f"    limit = {rule.limit:g} {rule.unit}".rstrip()
    window = f"    {rule.aggregate} over {rule.window}" if rule.window else ""
    return RuleOut(
        id=rule.id,
        title=Text(zh=rule.title.zh, en=rule.title.en),
        family="stream",
        severity=rule.severity,
        action=rule.action,
        reads=[rule.reads],
        condition=f"{rule.condition.source}{limit}{window}",
        source=str(rule.source),
        trust=rule.source.trust,
        page=_page(rule.id),
    )


def _fund(rule: FundRule) -> RuleOut:
    return RuleOut(
        id=rule.id,
        title=Text(zh=rule.title.zh, en=rule.title.en),
        family="fund",
        severity=rule.severity,
        action=rule.action,
        reads=list(rule.reads),
        condition=rule.formula,
        source=rule.basis,
        trust=rule.trust,
        page=_page(rule.id),
    )


def _page(rule: str) -> str:
    return (PAGES / f"{rule}.md").read_text(encoding="utf-8")
