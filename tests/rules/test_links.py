"""Linking rules L1, L3, L5, L8, L9, L10: what was seen, and what must follow."""

from datetime import date, timedelta

import pytest

from siteward_rules.facts import HazardFacts, HazardSeverity, MilestoneFacts
from siteward_rules.findings import Text
from siteward_rules.links import (
    Satisfaction,
    ZoneDays,
    claimed_ready,
    closed_gate,
    dissatisfied,
    night_breaks,
    recovery_plan,
    verification_form,
)

DAY = date(2026, 11, 24)
MILESTONE = MilestoneFacts("roof", DAY, "planned", name_zh="封顶", name_en="Roof")


def zone(*percents: float | None, target: float = 60.0) -> ZoneDays:
    return ZoneDays(Text("主楼", "Main"), target, percents)


def hazard(severity: HazardSeverity, closed: bool = False) -> HazardFacts:
    return HazardFacts(7, "pit_displacement", severity, DAY, DAY, DAY if closed else None)


@pytest.mark.parametrize(
    ("percents", "ready"),
    [
        ((None, 40, 60, 60, 60), True),
        ((60, 60, 59.9, None, 60), True),
        ((None, 59, 59, 60, 60), False),
        ((60, 60, 60, 59, 59), True),
        ((), False),
    ],
)
def test_three_of_five_days_at_the_target_suggest_a_claim(
    percents: tuple[float | None, ...], ready: bool
) -> None:
    assert bool(claimed_ready(MILESTONE, [zone(*percents)])) == ready


def test_older_days_than_five_do_not_count() -> None:
    assert claimed_ready(MILESTONE, [zone(60, 60, 60, 0, 0, 0, 0, 0)]) is None


def test_every_zone_must_have_reached_it_and_one_must_be_watched() -> None:
    full = zone(60, 60, 60, 60, 60)
    assert claimed_ready(MILESTONE, [full, zone(60, 60, 0, 0, 0)]) is None
    assert claimed_ready(MILESTONE, []) is None


def test_what_is_claimed_or_accepted_already_is_not_suggested() -> None:
    full = [zone(60, 60, 60, 60, 60)]
    for status in ("claimed", "accepted"):
        assert claimed_ready(MilestoneFacts("roof", DAY, status), full) is None


@pytest.mark.parametrize(
    ("severity", "closed", "section", "shut"),
    [
        ("suspected_major", False, "structure", True),
        ("major", False, "structure", True),
        ("major", False, None, True),
        ("major", False, "road", False),
        ("serious", False, "structure", False),
        ("major", True, "structure", False),
    ],
)
def test_an_open_major_hazard_closes_the_gate_of_its_section(
    severity: HazardSeverity, closed: bool, section: str | None, shut: bool
) -> None:
    found = closed_gate(MILESTONE, ["structure"], [(hazard(severity, closed), section)])
    assert bool(found) == shut
    if found:
        assert "#7" in found.text.zh and "工资照付" in found.text.zh


def test_a_blind_camera_asks_for_a_form_until_somebody_measured() -> None:
    asked = verification_form(3, "封顶", DAY, DAY - timedelta(days=1))
    assert asked is not None and asked.subject == "claim:3"
    assert verification_form(3, "封顶", DAY, None) is not None
    assert verification_form(3, "封顶", DAY, DAY) is None


def test_each_night_costs_one_point_however_many_alerts_it_had() -> None:
    assert night_breaks([]) is None
    found = night_breaks([DAY, DAY, DAY - timedelta(days=2)])
    assert found is not None and "扣 2 分" in found.text.zh


@pytest.mark.parametrize(
    ("satisfied", "basic", "bad", "follows"),
    [(80, 10, 10, False), (79, 11, 10, True), (0, 0, 0, False), (10, 0, 0, False)],
)
def test_fewer_than_four_in_five_satisfied_mean_rectification(
    satisfied: int, basic: int, bad: int, follows: bool
) -> None:
    found = dissatisfied(Satisfaction(DAY, satisfied, basic, bad))
    assert bool(found) == follows
    assert dissatisfied(None) is None
    if found:
        assert str(DAY + timedelta(days=30)) in found.text.zh


@pytest.mark.parametrize(
    ("periods", "subject"),
    [
        ((0.8, 0.9, 0.8), None),
        ((0.9, 0.8, 0.84), "plan"),
        ((0.9, 0.8, 0.85), None),
        ((0.8, 0.8, 0.8), "talk"),
        ((0.8, 0.8, None), None),
        ((None, 0.7, 0.7), "plan"),
        ((), None),
    ],
)
def test_two_bad_months_want_a_plan_and_three_a_talk(
    periods: tuple[float | None, ...], subject: str | None
) -> None:
    found = recovery_plan(periods)
    assert (found.subject if found else None) == subject
