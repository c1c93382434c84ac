"""Rules as people read them."""

from siteward_platform.api.schemas import RuleOut


def all_rules() -> list[RuleOut]:
    """Stream rules, then fund rules."""
    return []
