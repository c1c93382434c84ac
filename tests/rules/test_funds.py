"""The fund rules on the acceptance scenario, on its honest twin and at their boundaries."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_rules.facts import (
    CameraFacts,
    ClaimFacts,
    HazardFacts,
    MilestoneFacts,
    PaymentFacts,
    ProjectFacts,
    ZoneFacts,
)
from siteward_rules.findings import Finding, FundRule, Text
from siteward_rules.funds import FUND_RULES, fr01, fr02, fr09, fr19, fr21
from siteward_rules.money.earned_value import payable_ceiling
from siteward_rules.money.recommend import assess, combined_risk
from tests.rules.kindergarten import (
    ACCOUNT,
    CAMERA,
    CLAIM,
    DISHONEST,
    HONEST,
    HONEST_CLAIM,
    TODAY,
    ZONE,
)


def numbers(finding: Finding | None) -> dict[str, str]:
    """A finding's numbers by name; words in Chinese."""
    assert finding is not None
    return {
        n.name.en: n.value.zh if isinstance(n.value, Text) else n.value for n in finding.numbers
    }


def test_kindergarten_claim_raises_the_five_flags_and_holds_all_but_wages() -> None:
    found = assess(DISHONEST, CLAIM)
    assert [f.rule for f in found.findings] == ["FR-01", "FR-02", "FR-09", "FR-19", "FR-21"]
    assert DISHONEST.verified_value == Decimal("3500000.00")
    assert DISHONEST.paid == Decimal("2600000.00")
    assert found.hold == Decimal("2320000.00")
    assert CLAIM.amount - found.hold == Decimal("580000.00")
    assert found.basis == "BUDGET_IMPL_57_3"
    assert found.risk > 0.9
    ceiling = payable_ceiling(DISHONEST.verified_value, Decimal("0.97"), Decimal("0.00"))
    payable_works = ceiling - DISHONEST.paid - CLAIM.wage_amount
    assert payable_works == Decimal("215000.00")
    assert CLAIM.works_amount - payable_works == Decimal("2105000.00")


def test_kindergarten_findings_show_their_arithmetic() -> None:
    over = numbers(fr01.evaluate(DISHONEST, CLAIM))
    assert over["Verified value"] == "3500000.00"
    assert over["Ceiling"] == "3395000.00"
    assert over["Excess"] == "2105000.00"
    assert numbers(fr09.evaluate(DISHONEST, CLAIM))["Days before the claim"] == "6"
    dark = numbers(fr19.evaluate(DISHONEST, CLAIM))
    assert dark["cam-tower online, 7 days"] == "76.0"
    assert dark["cam-tower longest outage"] == "9.0"
    seen = fr21.evaluate(DISHONEST, CLAIM)
    assert numbers(seen)["Claimed, visible part"] == "85.7"
    assert numbers(seen)["Seen, visible part"] == "36.0"
    assert seen is not None and seen.severity == "high" and seen.evidence == ("a" * 64,)
    assert "二层模板" in seen.explanation.zh


def test_paying_the_wages_changes_no_finding() -> None:
    wages = PaymentFacts(
        3, CLAIM.wage_amount, CLAIM.wage_amount, TODAY, ACCOUNT, "wages", claim=CLAIM.id
    )
    after = replace(DISHONEST, payments=(*DISHONEST.payments, wages))
    shown = numbers(fr01.evaluate(after, CLAIM))
    assert shown["Excess"] == "2105000.00"
    assert Decimal(shown["Paid before this claim"]) + Decimal(shown["This claim"]) == 5_500_000
    assert assess(after, CLAIM).hold == Decimal("2320000.00")


def test_honest_claim_raises_nothing() -> None:
    found = assess(HONEST, HONEST_CLAIM)
    assert (found.findings, found.risk, found.hold) == ((), 0.0, Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount", "fires"),
    [("875000.00", False), ("875000.01", True), ("795000.00", False)],
    ids=["just within 1 % of the contract", "one fen above", "at the ceiling"],
)
def test_overpayment_counts_from_one_percent_of_the_contract(amount: str, fires: bool) -> None:
    claim = replace(HONEST_CLAIM, amount=Decimal(amount))
    assert (fr01.evaluate(HONEST, claim) is not None) is fires


def test_unrecovered_advance_is_not_progress_money() -> None:
    advance = PaymentFacts(
        9, Decimal("1600000.00"), Decimal(0), date(2026, 5, 20), ACCOUNT, "advance"
    )
    facts = replace(HONEST, payments=(*HONEST.payments, advance))
    assert facts.unrecovered_advance == Decimal("900000.00")
    found = fr01.evaluate(facts, HONEST_CLAIM)
    assert numbers(found)["Excess"] == "700000.00"
    gross = HONEST.paid_with(HONEST_CLAIM) + advance.amount
    assert found is not None
    assert f"累计支付 {gross:,.2f} 元，扣除未抵扣预付款 900,000.00 元后为" in found.explanation.zh
    assert " × 97% = " in found.explanation.zh


def test_every_flag_speaks_both_languages() -> None:
    for finding in assess(DISHONEST, CLAIM).findings:
        words = [finding.title, finding.formula, finding.explanation, finding.clears_when]
        for number in finding.numbers:
            words += [number.name, *([number.value] if isinstance(number.value, Text) else [])]
            assert bool(number.unit.zh) is bool(number.unit.en), finding.rule
        for zh, en in words:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), (finding.rule, zh)
            assert en and not any("\u4e00" <= letter <= "\u9fff" for letter in en), en


@pytest.mark.parametrize("status", ["planned", "claimed", "rejected"])
def test_unaccepted_milestone_is_found(status: str) -> None:
    milestones = (MilestoneFacts("second-storey", TODAY, status),)  # type: ignore[arg-type]
    assert fr02.evaluate(replace(HONEST, milestones=milestones), HONEST_CLAIM) is not None


def test_milestone_nobody_knows_is_not_accepted() -> None:
    found = fr02.evaluate(replace(HONEST, milestones=()), HONEST_CLAIM)
    assert numbers(found)["Status"] == "无此节点"


@pytest.mark.parametrize(
    ("days", "fires"), [(0, True), (29, True), (30, False), (200, False), (-1, True)]
)
def test_account_change_cools_down_in_thirty_days(days: int, fires: bool) -> None:
    contract = replace(HONEST.contract, payee_changed_on=TODAY - timedelta(days=days))
    assert (fr09.evaluate(replace(HONEST, contract=contract), HONEST_CLAIM) is not None) is fires


def test_foreign_account_and_first_large_payment_are_found() -> None:
    found = fr09.evaluate(HONEST, replace(HONEST_CLAIM, payee_account="1234"))
    assert found is not None
    assert "不一致" in found.explanation.zh and "首次" in found.explanation.zh


def test_first_claim_of_a_project_has_no_earlier_account_to_differ_from() -> None:
    assert fr09.evaluate(replace(HONEST, payments=()), HONEST_CLAIM) is None


@pytest.mark.parametrize(
    ("camera", "fires"),
    [
        (replace(CAMERA, online_ratio_7d=0.80), False),
        (replace(CAMERA, online_ratio_7d=0.7999), True),
        (replace(CAMERA, baseline_ratio=0.94), False),
        (replace(CAMERA, baseline_ratio=None), False),
        (replace(CAMERA, online_ratio_7d=0.86, longest_outage_hours=23.9), False),
        (replace(CAMERA, online_ratio_7d=0.86, longest_outage_hours=24.0), True),
    ],
    ids=["80 %", "below 80 %", "never good", "no history", "just under a day", "a day"],
)
def test_camera_outage_is_measured_against_its_own_baseline(
    camera: CameraFacts, fires: bool
) -> None:
    assert (fr19.evaluate(replace(HONEST, cameras=(camera,)), HONEST_CLAIM) is not None) is fires


def test_several_dark_cameras_weigh_more() -> None:
    facts = replace(HONEST, cameras=(CAMERA, replace(CAMERA, device="cam-gate")))
    found = fr19.evaluate(facts, HONEST_CLAIM)
    assert found is not None and found.severity == "high"


@pytest.mark.parametrize(
    ("severity", "due", "closed", "fires"),
    [
        ("major", TODAY, None, True),
        ("suspected_major", TODAY + timedelta(days=9), None, True),
        ("suspected_major", TODAY, TODAY, False),
        ("serious", TODAY, None, False),
        ("serious", TODAY - timedelta(days=1), None, True),
        ("general", TODAY - timedelta(days=9), None, False),
    ],
)
def test_open_major_and_overdue_serious_hazards_stop_works_money(
    severity: str, due: date, closed: date | None, fires: bool
) -> None:
    hazard = HazardFacts(1, "pit_displacement", severity, TODAY, due, closed)  # type: ignore[arg-type]
    found = assess(replace(HONEST, hazards=(hazard,)), HONEST_CLAIM)
    assert [f.rule for f in found.findings] == (["FR-20"] if fires else [])
    assert found.hold == (HONEST_CLAIM.works_amount if fires else 0)


@pytest.mark.parametrize(
    ("zone", "fires"),
    [
        (replace(ZONE, percent=52.5), False),
        (replace(ZONE, percent=52.4), True),
        (replace(ZONE, percent=10.0, confidence=0.79), False),
        (replace(ZONE, percent=10.0, uncertain=True), False),
        (replace(ZONE, percent=10.0, weight=0.19), False),
        (replace(ZONE, percent=None, state=None), False),
    ],
    ids=["10 points", "over 10 points", "unsure", "awaits a person", "hardly in view", "unseen"],
)
def test_cameras_contradict_a_claim_beyond_ten_points(zone: ZoneFacts, fires: bool) -> None:
    assert (fr21.evaluate(replace(HONEST, zones=(zone,)), HONEST_CLAIM) is not None) is fires


def test_unseen_work_is_granted_as_reported() -> None:
    fit_out = replace(HONEST.work_items[1], reported_percent=50.0)
    facts = replace(HONEST, work_items=(HONEST.work_items[0], fit_out))
    claim = replace(HONEST_CLAIM, claimed_percent=43.75 + 15.0)
    assert fr21.evaluate(facts, claim) is None
    assert fr21.evaluate(HONEST, claim) is not None


def test_risk_combines_as_independent_chances() -> None:
    found = assess(DISHONEST, CLAIM).findings
    assert combined_risk(()) == 0
    assert combined_risk(found[:2]) == pytest.approx(0.9)
    assert combined_risk(found) == pytest.approx(1 - 0.5 * 0.2 * 0.5 * 0.7 * 0.5)


def test_medium_findings_alone_ask_for_review_not_for_a_hold() -> None:
    facts = replace(HONEST, cameras=(CAMERA,), zones=(replace(ZONE, percent=45.0),))
    found = assess(facts, HONEST_CLAIM)
    assert [f.severity for f in found.findings] == ["medium", "medium"]
    assert found.needs_review and found.hold == 0


@pytest.mark.parametrize("rule", FUND_RULES, ids=lambda rule: rule.id)
def test_every_fund_rule_has_its_page(rule: FundRule) -> None:
    import siteward_rules

    page = Path(siteward_rules.__file__).parent / "pages" / f"{rule.id}.md"
    assert page.read_text(encoding="utf-8").startswith(f"# {rule.id} {rule.title.zh}")


amounts = st.integers(1, 10**11).map(lambda fen: Decimal(fen) / 100)


@given(amount=amounts, share=st.integers(0, 100), cameras=st.booleans(), accepted=st.booleans())
def test_no_recommended_hold_reaches_into_wages(
    amount: Decimal, share: int, cameras: bool, accepted: bool
) -> None:
    wage = (amount * share / 100).quantize(Decimal("0.01"))
    claim: ClaimFacts = replace(CLAIM, amount=amount, wage_amount=min(wage, amount))
    facts: ProjectFacts = replace(DISHONEST, cameras=DISHONEST.cameras if cameras else ())
    if accepted:
        facts = replace(facts, milestones=(MilestoneFacts("topping-out", TODAY, "accepted"),))
    found = assess(facts, claim)
    assert 0 <= found.hold <= claim.amount - claim.wage_amount
