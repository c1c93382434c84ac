"""Fund rules: each a pure function of a project's facts and one claim."""

from typing import Final

from siteward_rules.findings import FundRule
from siteward_rules.funds import fr01, fr02, fr09, fr19, fr20, fr21

FUND_RULES: Final[tuple[FundRule, ...]] = (
    fr01.RULE,
    fr02.RULE,
    fr09.RULE,
    fr19.RULE,
    fr20.RULE,
    fr21.RULE,
)
"""Every fund rule, by id."""
