"""A claim's history says who and how much, as people write it."""

import json

import pytest

from siteward_platform.api.views.timeline import words


@pytest.mark.parametrize(
    ("action", "detail", "zh"),
    [
        ("claim.pay_wages", {"amount": "580000.00"}, "发放工资 580,000.00 元"),
        ("claim.evaluate", {"count": 5}, "风险检查，红旗 5 面"),
        (
            "hold.decide",
            {"decision": "hold", "amount": "2320000.00"},
            "决定暂缓拨付 2,320,000.00 元",
        ),
        (
            "hold.decide",
            {"decision": "release", "amount": "0.00"},
            "决定不予暂缓",
        ),
        ("hold.expire", {"remaining": "2320000.00"}, "复核逾期，自动升级"),
        ("claim.withdraw", {}, "撤回申请"),
        ("claim.evaluate", {}, "风险检查，红旗 — 面"),
        ("something.newer", {}, "something.newer"),
    ],
    ids=[
        "amounts in groups",
        "count of flags",
        "a decision",
        "a decision not to hold",
        "an overdue review",
        "a withdrawal",
        "an older entry",
        "no words for it",
    ],
)
def test_entries_read_as_sentences(action: str, detail: dict[str, object], zh: str) -> None:
    assert words(action, json.dumps(detail)).zh == zh
