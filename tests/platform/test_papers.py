"""Papers on record become the facts that rules read; what nobody entered stays unknown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from siteward_ingest.series import Point
from siteward_platform.database.session import reading
from siteward_platform.dossier import dossier
from siteward_platform.facts import project_facts
from siteward_rules.papers import NO_PAPERS, Papers, ProgressStep
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok

P = f"/api/v1/projects/{k.PROJECT}"


def papers(desk: Desk) -> Papers:
    with reading(desk.database) as session:
        return dossier(session, k.PROJECT, desk.now.date())


def enter(desk: Desk, keeper: str, kind: str, /, **fields: Any) -> dict[str, Any]:
    body = {"paper": {"kind": kind, **fields}}
    entered: dict[str, Any] = ok(desk.person(keeper).post(f"{P}/papers", json=body))
    return entered


def test_a_project_without_papers_tells_the_rules_nothing(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    step = ProgressStep("structure", None, papers(sqlite_desk).steps[0].day, 70.0)
    assert papers(sqlite_desk) == Papers(steps=(step,))
    assert NO_PAPERS.signatures is None


def test_every_kind_reaches_the_rules(desk: Desk) -> None:
    desk.setup()
    enter(desk, "department", "roster", username="chief-supervisor", certificate="00123")
    enter(desk, "finance", "wage_account", as_of="2026-06-01", account="9558", balance="300000.00",
          next_payroll="400000.00", payroll_heads=60)  # fmt: skip
    enter(desk, "finance", "wage_transfer", transferred_on="2026-05-02", amount="200000.00")
    enter(desk, "finance", "retention", entry="kept", amount="78000.00", on="2026-05-20")
    enter(desk, "finance", "retention", entry="released", amount="8000.00", on="2026-06-01")
    enter(desk, "department", "defects_period", accepted_on="2026-05-01", ends_on="2027-05-01")
    enter(desk, "finance", "guarantee", of="performance", number="G-1", amount="800000.00")
    enter(desk, "department", "document", document="contract", name="施工合同",
          signed_on="2026-02-10", created_on="2026-02-12")  # fmt: skip
    enter(desk, "department", "start_permit", number="SG-1", on="2026-02-28")
    enter(desk, "department", "tender", method="open",
          bids=[{"bidder": "华建", "price": "8000000.00"}])  # fmt: skip
    enter(desk, "department", "party", name="华建", role="payee", phone="139")
    enter(desk, "finance", "planned_month", month="2026-06-01", amount="900000.00")
    enter(desk, "chief_supervisor", "delivery", material="钢筋", unit="t", quantity="100.125",
          on="2026-05-01")  # fmt: skip
    enter(
        desk, "finance", "material_paid", material="钢筋", unit="t", quantity="110", on="2026-05-09"
    )
    enter(
        desk, "finance", "material_paid", material="水泥", unit="t", quantity="9", on="2026-05-09"
    )
    found = papers(desk)
    assert found.signatures == ()
    assert found.wages is not None
    assert (found.wages.balance, found.wages.payroll_heads) == (Decimal("300000.00"), 60)
    assert found.retention is not None
    assert [found.retention.kept, found.retention.released] == [78000, 8000]
    assert found.retention.defects_end is not None
    assert found.advance_guarantee is False, "a performance guarantee does not secure the advance"
    assert found.start_permit_on is not None
    assert found.tender is not None and len(found.tender.bids) == 1
    assert [d.created_on.day for d in found.documents] == [12]
    assert [p.phone for p in found.parties] == ["139"]
    assert [p.amount for p in found.plan] == [900000]
    [steel] = found.deliveries
    assert [steel.paid, steel.received] == [110, Decimal("100.125")], "nobody weighed the cement"


def test_each_kind_is_entered_by_those_who_keep_it_and_voided_with_a_reason(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    desk.setup()
    body = {
        "paper": {
            "kind": "delivery",
            "material": "钢筋",
            "unit": "t",
            "quantity": "1",
            "on": k.TODAY,
        }
    }
    refused = desk.person("finance").post(f"{P}/papers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_role")
    permit = enter(desk, "department", "start_permit", number="SG-1", on="2026-02-28")
    url = f"/api/v1/papers/{permit['id']}/voiding"
    assert desk.person("finance").post(url, json={"reason": "录入错误"}).status_code == 403
    voided = ok(desk.person("department").post(url, json={"reason": "录入错误"}))
    assert voided["voided_by"] == desk.display_name("department")
    again = desk.person("department").post(url, json={"reason": "录入错误"})
    assert again.json()["code"] == "paper_void"
    assert papers(desk).start_permit_on is None
    assert len(ok(desk.person("auditor").get(f"{P}/papers"))) == 1, "it stays on record"


def raised(desk: Desk, number: str = "BG-01", amount: str = "900000.00") -> int:
    body = {
        "number": number, "kind": "site_instruction", "reason": "site_condition",
        "description": "地下障碍物清除", "amount": amount, "raised_on": k.TODAY,
    }  # fmt: skip
    made: int = ok(desk.person("department").post(f"{P}/variations", json=body))["id"]
    return made


def approved(desk: Desk, variation: int, price: str) -> dict[str, Any]:
    done: dict[str, Any] = {}
    for role, event, amount in (
        ("chief_supervisor", "supervisor_agrees", None), ("department", "owner_agrees", None),
        ("chief_supervisor", "price", price), ("finance", "approve", None),
    ):  # fmt: skip
        body = {"event": event, "on": k.TODAY} | ({"amount": amount} if amount else {})
        done = ok(desk.person(role).post(f"/api/v1/variations/{variation}/steps", json=body))
    return done


def test_a_variation_counts_and_may_be_claimed_once_it_is_approved(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    variation = raised(desk)
    lines = [{"variation": variation, "quantity": "1", "price": "40000.00"}]
    claim = k.HONEST | {"lines": lines}
    refused = desk.person("department").post(f"{P}/claims", json=claim)
    assert refused.json()["code"] == "variation_not_approved"
    approve = {"event": "approve", "on": k.TODAY}
    url = f"/api/v1/variations/{variation}/steps"
    assert desk.person("finance").post(url, json=approve).json()["code"] == "wrong_state"
    agree = {"event": "supervisor_agrees", "on": k.TODAY}
    assert desk.person("department").post(url, json=agree).json()["code"] == "wrong_role"
    done = approved(desk, variation, "40000.00")
    assert (done["state"], done["amount"], done["possible"]) == (
        "approved",
        "40000.00",
        ["execute"],
    )
    project = ok(desk.person("finance").get(P))
    assert project["contract"]["approved_variations"] == "40000.00"
    filed = ok(desk.person("department").post(f"{P}/claims", json=claim))
    assert [(line["name"], line["price"]) for line in filed["lines"]] == [("BG-01", "40000.00")]


def test_variations_beyond_a_tenth_of_the_contract_are_flagged(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    desk.camera_history(blind_hours=0)
    desk.camera_sees("topped_out", 60)
    approved(desk, raised(desk), "900000.00")
    number = desk.file(k.HONEST)
    flags = desk.claim(number)["flags"]
    assert "FR-17" in flags
    assert "FR-04" in flags, "contract and variations outgrow the approved estimate"


def test_a_price_above_the_bills_is_flagged_and_quantities_are_what_was_measured(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    desk.setup()
    full = k.SETUP | {"contract": k.SETUP["contract"] | {"procedure": "full"}}
    ok(desk.person("admin").put(P, json=full))
    enter(desk, "department", "bill_item", code="010501", name="混凝土", unit="m3", quantity="1000",
          price="400.00", work_item="structure")  # fmt: skip
    line = {"item": "010501", "quantity": "700.5", "price": "420.00"}
    unknown = k.HONEST | {"lines": [line | {"item": "99"}]}
    assert desk.person("department").post(f"{P}/claims", json=unknown).status_code == 422
    claim = ok(desk.person("department").post(f"{P}/claims", json=k.HONEST | {"lines": [line]}))
    desk.evaluate(claim["id"])
    assert "FR-16" in desk.claim(claim["id"])["flags"]
    refused = desk.refuse("chief_supervisor", claim["id"], "certificate", {"amount": "500000.00"})
    assert refused == (409, "quantity_not_measured")


def test_days_on_site_are_what_a_camera_that_saw_counted(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    start = desk.now.replace(hour=0) - timedelta(days=4)
    series = desk.series
    for day, (people, seen) in enumerate([(12, 1.0), (0, 1.0), (0, 0.0)]):
        hours = [start + timedelta(days=day, minutes=10 * n) for n in range(72)]
        series.write([Point(k.PROJECT, "cam-1", "people_count", ts, people) for ts in hours])
        series.write([Point(k.PROJECT, "cam-1", "camera_ok", ts, seen) for ts in hours])
    rain = {"condition": "heavy_rain", "first_day": "2026-06-12", "last_day": "2026-06-12"}
    enter(desk, "chief_supervisor", "site_condition", **rain)
    with reading(desk.database) as session:
        today = desk.now.date()
        facts = project_facts(session, series, k.PROJECT, today, desk.now)
    last = {d.day.day: d for d in facts.papers.days if d.day.month == 6}
    assert [last[n].people for n in (11, 12, 13, 14)] == [12, 0, None, None]
    assert [last[n].heavy_rain for n in (11, 12)] == [False, True]


def test_the_payment_ratio_is_paid_by_verified_value(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    contract = ok(sqlite_desk.person("panel").get(P))["contract"]
    assert (contract["paid"], contract["verified_value"]) == ("2600000.00", "3500000.00")
    assert contract["payment_ratio"] == pytest.approx(2.6 / 3.5)
