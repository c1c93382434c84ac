"""What the rules said: every fund rule's version and page, and every pack as it is shipped."""

from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from siteward_rules.findings import FundRule
from siteward_rules.funds import FUND_RULES

_RULES: Final = Path(str(files("siteward_rules")))


def rule_texts() -> Iterator[tuple[str, bytes]]:
    """Path in the bundle to content: pages of the fund rules, packs with their layers."""
    for rule in FUND_RULES:
        page = _RULES / "pages" / f"{rule.id}.md"
        yield f"rules/pages/{page.name}", page.read_bytes()
    packs = _RULES / "packs"
    for pack in sorted(packs.rglob("*.yaml")):
        yield f"rules/packs/{pack.relative_to(packs).as_posix()}", pack.read_bytes()


def fund_rules() -> list[dict[str, Any]]:
    """Every fund rule, but for its code."""
    names = [f.name for f in fields(FundRule) if f.name != "evaluate"]
    return [{name: _plain(getattr(rule, name)) for name in names} for rule in FUND_RULES]


def _plain(value: Any) -> Any:
    return value._asdict() if hasattr(value, "_asdict") else value
