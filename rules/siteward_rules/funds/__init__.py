"""Fund rules: each a pure function of a project's facts and one claim."""

from typing import Final

from siteward_rules.findings import FundRule
from siteward_rules.funds import (
    fr01,
    fr02,
    fr03,
    fr04,
    fr05,
    fr06,
    fr07,
    fr08,
    fr09,
    fr10,
    fr11,
    fr12,
    fr13,
    fr14,
    fr15,
    fr16,
    fr17,
    fr18,
    fr19,
    fr20,
    fr21,
    fr22,
    fr23,
    fr24,
    fr25,
    fr26,
    fr27,
    fr28,
    fr29,
    fr30,
)  # fmt: skip

FUND_RULES: Final[tuple[FundRule, ...]] = tuple(
    module.RULE
    for module in (
        fr01, fr02, fr03, fr04, fr05, fr06, fr07, fr08, fr09, fr10, fr11, fr12, fr13, fr14, fr15,
        fr16, fr17, fr18, fr19, fr20, fr21, fr22, fr23, fr24, fr25, fr26, fr27, fr28, fr29, fr30,
    )
)  # fmt: skip
"""Every fund rule, by id."""
