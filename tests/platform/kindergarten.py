"""A small kindergarten with the exact figures of the acceptance scenario."""

from typing import Any

PROJECT = "kindergarten"
TODAY = "2026-06-15"
"""The test clock's legal date (2026-06-15 10:00 in Shanghai)."""

SETUP: dict[str, Any] = {
    "name": {"zh": "晨曦幼儿园扩建工程", "en": "Chenxi kindergarten extension"},
    "kind": "kindergarten",
    "address": "晨曦路 1 号",
    "latitude": 30.27,
    "longitude": 120.15,
    "started_on": "2026-03-01",
    "planned_finish": "2026-10-31",
    "people": [{"duty": {"zh": "责任领导", "en": "Lead official"}, "name": "陈一鸣"}],
    "contract": {
        "contract_sum": "8000000.00",
        "approved_estimate": "8600000.00",
        "signed_on": "2026-02-10",
        "payee_name": "华建工程有限公司",
        "payee_account": "6222000011112222",
    },
    "work_items": [
        {
            "id": "structure", "name": {"zh": "主体结构", "en": "Structure"},
            "value": "5000000.00", "planned_start": "2026-03-01", "planned_finish": "2026-06-30",
        },
        {
            "id": "fitout", "name": {"zh": "装饰装修", "en": "Fit-out"},
            "value": "3000000.00", "planned_start": "2026-07-01", "planned_finish": "2026-10-31",
        },
    ],
    "milestones": [
        {
            "id": "topped-out", "name": {"zh": "主体封顶", "en": "Topped out"},
            "due": "2026-06-30", "work_items": ["structure"],
        },
        {
            "id": "base", "name": {"zh": "基础完成", "en": "Base done"},
            "due": "2026-04-15", "work_items": ["structure"],
        },
    ],
    "zones": [
        {
            "id": "main", "name": {"zh": "主楼", "en": "Main building"}, "camera": "cam-1",
            "work_item": "structure", "weight": 0.6,
            "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]],
            "states": [
                {"code": "s2_formwork", "name": {"zh": "二层模板", "en": "Storey 2 formwork"},
                 "percent": 35},
                {"code": "topped_out", "name": {"zh": "封顶", "en": "Topped out"}, "percent": 60},
            ],
        }
    ],
    "danger_zones": [
        {"id": "pit-edge", "name": {"zh": "基坑临边", "en": "Pit edge"}, "camera": "cam-1"}
    ],
    "devices": [
        {"id": "agent", "kind": "agent", "name": {"zh": "边缘终端", "en": "Agent"}},
        {"id": "cam-1", "kind": "camera", "name": {"zh": "塔机全景", "en": "Overview"}},
        {"id": "box", "kind": "dust_box", "name": {"zh": "扬尘仪", "en": "Dust box"}},
    ],
}  # fmt: skip

CLAIM: dict[str, Any] = {
    "title": "主体封顶",
    "milestone": "topped-out",
    "amount": "2900000.00",
    "wage_amount": "580000.00",
    "claimed_percent": 72.5,
    "claimed_on": TODAY,
    "payee_account": "6222999988887777",
    "invoice": "0042",
}

HONEST: dict[str, Any] = {
    "title": "基础完成",
    "milestone": "base",
    "amount": "500000.00",
    "wage_amount": "100000.00",
    "claimed_percent": 40,
    "claimed_on": TODAY,
    "payee_account": "6222000011112222",
}


def paid(reference: str) -> dict[str, str]:
    """The body of a payment."""
    return {"paid_on": TODAY, "bank_reference": reference}


REASON = "申报进度与影像不符，先核实"
OPINION = {"basis": "BUDGET_IMPL_57_3", "text": "建议财政部门暂缓拨付工程款部分"}
HOLD = {
    "decision": "hold",
    "amount": "2320000.00",
    "basis": "BUDGET_IMPL_57_3",
    "reason": REASON,
}
AUDIT = {"subject": "主体封顶工程量专项审计"}
CONCLUSION = {"payable_works": "215000.00", "reason": "按核定产值与拨付上限计算"}
RELEASE = {"amount": "215000.00", "reason": "按审计结论解除暂缓"}
SIGNATURE = {"signed_on": TODAY}
