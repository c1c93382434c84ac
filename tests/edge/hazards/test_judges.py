"""Each kind of hazard on looks made by hand: what counts, what does not, what is unknown."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from siteward_edge.config.hazards import (
    Area,
    Crowding,
    DangerZone,
    NightWork,
    NoStaff,
    UnderLoad,
    Wear,
    Window,
)
from siteward_edge.hazards import clothes, suspended
from siteward_edge.hazards.crowd import Crowd
from siteward_edge.hazards.intrusion import Intrusion
from siteward_edge.hazards.night import Night, travels
from siteward_edge.hazards.ports import Judged, Key, Look
from siteward_edge.hazards.schedule import holds, seconds_on
from siteward_edge.hazards.staff import Staff, WorkDays
from siteward_edge.vision.ports import Box, DetectedThing, Thing
from tests.edge.hazards.looks import T0, after, look, standing, track

SHANGHAI = ZoneInfo("Asia/Shanghai")
PIT = [(0.1, 0.5), (0.5, 0.5), (0.5, 0.9), (0.1, 0.9)]


def kinds(judged: Judged) -> dict[str, bool]:
    return {key.subject: seen is not None for key, seen in judged.items()}


def test_clothes_that_cannot_be_told_are_not_judged() -> None:
    people = look(
        T0,
        track("bare", standing(0.2, 0.8, helmet=False)),
        track("covered", standing(0.4, 0.8, helmet=True)),
        track("too small", standing(0.6, 0.8, helmet=None)),
    )
    assert kinds(clothes.judge(people, "no_helmet", Wear())) == {"bare": True, "covered": False}
    assert clothes.judge(people, "no_vest", Wear()) == {}


def test_helmets_may_be_asked_for_in_some_zones_only() -> None:
    settings = Wear(zones=[Area(id="pit", polygon=PIT)])
    people = look(
        T0,
        track("inside", standing(0.3, 0.7, helmet=False)),
        track("outside", standing(0.8, 0.7, helmet=False)),
    )
    assert list(clothes.judge(people, "no_helmet", settings)) == [Key("no_helmet", "pit", "inside")]


def intruder(zone: DangerZone, at: list[tuple[float, float, float]]) -> list[bool]:
    """Whether somebody at (second, x, y) counts as an intruder, look by look."""
    judge = Intrusion([zone]).judge
    answers = []
    for n, (second, x, y) in enumerate(at):
        seen = look(after(second), track("a", standing(x, y), n + 2, T0))
        answers.append(kinds(judge(seen)).get("a", False))
    return answers


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(0.3, 0.7, True), (0.3, 0.45, False), (0.6, 0.7, False), (0.3, 0.95, False)],
)
def test_only_the_feet_count(x: float, y: float, expected: bool) -> None:
    assert intruder(DangerZone(id="pit", polygon=PIT), [(1, x, y)]) == [expected]


def test_feet_on_the_border_do_not_flicker_with_inertia() -> None:
    zone = DangerZone(id="pit", polygon=PIT, inertia=3)
    way = [(n * 0.25, 0.3, 0.52 if n % 2 else 0.48) for n in range(8)]
    assert intruder(zone, way) == [False] * 8
    way = [(n * 0.25, 0.3, 0.6) for n in range(4)] + [(1.0, 0.3, 0.49), (1.25, 0.3, 0.6)]
    assert intruder(zone, way)[1:] == [True] * 5


def test_crossing_is_not_loitering() -> None:
    zone = DangerZone(id="pit", polygon=PIT, loiter_seconds=5)
    assert intruder(zone, [(1, 0.3, 0.7), (4, 0.3, 0.7), (5, 0.7, 0.7), (8, 0.3, 0.7)]) == [
        False,
        False,
        False,
        False,
    ]
    assert intruder(zone, [(0, 0.3, 0.7), (4.9, 0.3, 0.7), (5, 0.3, 0.7)]) == [False, False, True]


def test_a_zone_is_forbidden_on_its_hours_and_not_to_the_permitted_crew() -> None:
    zone = DangerZone(
        id="pit",
        polygon=PIT,
        active=[Window(hours="08:00-18:00", days=["mon", "tue"])],
        allowed=[Window(hours="10:00-11:00", first=date(2026, 3, 2), last=date(2026, 3, 2))],
    )
    hours = [0, 1, 2, 24, 25, 10, 48]  # from Monday, nine o'clock
    answers = intruder(zone, [(hour * 3600.0, 0.3, 0.7) for hour in hours])
    assert answers == [True, False, True, True, True, False, False]


def test_somebody_no_longer_in_the_picture_counts_as_gone() -> None:
    judge = Intrusion([DangerZone(id="pit", polygon=PIT)])
    judge.judge(look(T0, track("a", standing(0.3, 0.7))))
    assert kinds(judge.judge(look(after(1)))) == {"a": False}
    judge.judge(look(after(7)))
    assert kinds(judge.judge(look(after(8)))) == {}


def load(box: Box) -> DetectedThing:
    return DetectedThing(Thing.LOAD, box, 0.7)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0.45, 0.2, 0.1, 0.1), True),
        ((0.54, 0.2, 0.1, 0.1), True),  # beside it, but it hangs high
        ((0.54, 0.5, 0.1, 0.1), False),  # as far beside it, and it hangs low
        ((0.7, 0.2, 0.1, 0.1), False),
        ((0.45, 0.7, 0.1, 0.1), False),  # stands on the ground
    ],
)
def test_the_place_under_a_load_widens_with_its_height(box: Box, expected: bool) -> None:
    seen = look(T0, track("a", standing(0.5, 0.8)), things=(load(box),))
    judged = suspended.judge(seen, UnderLoad())
    assert kinds(judged) == {"a": expected}
    if expected:
        (sighting,) = judged.values()
        assert sighting is not None
        assert sighting.confidence == 0.7
        assert "not known" in sighting.detail, "a prompt, not a verdict"


def people(ts: datetime, count: int) -> Look:
    return look(ts, *(track(f"p{n}", standing(0.2 + n * 0.05, 0.7)) for n in range(count)))


def test_a_crowd_is_many_for_a_while_and_passers_by_are_none() -> None:
    crowd = Crowd(Crowding(people=5, seconds=10))
    answers = []
    for second in range(40):
        count = 6 if second == 5 or second >= 20 else 1
        judged = crowd.judge(people(after(second), count))
        answers.append(next(iter(kinds(judged).values()), None))
    assert answers[:8] == [None] * 8, "not watched for long enough"
    assert not any(answers[8:24])
    assert all(answers[31:])


def test_only_those_in_the_zone_make_its_crowd() -> None:
    crowd = Crowd(Crowding(people=3, seconds=1, zones=[Area(id="gate", polygon=PIT)]))
    for second in (0, 1):
        judged = crowd.judge(
            look(
                after(second),
                track("a", standing(0.2, 0.7)),
                track("b", standing(0.3, 0.7)),
                track("c", standing(0.7, 0.7)),
            )
        )
    assert judged == {Key("crowding", "gate", ""): None}


def watch_days(staff: Staff, days: dict[date, bool | None]) -> Judged:
    """Looks at nine working hours of each day; True somebody is there, None the camera is off."""
    judged: Judged = {}
    for day, there in days.items():
        for n in range(9 * 120 if there is not None else 0):
            ts = datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI) + timedelta(
                seconds=30 * n
            )
            who = [track("a", standing(0.5, 0.8))] if there and n == 100 else []
            judged = staff.judge(look(ts, *who))
    return judged


MONDAY = date(2026, 3, 2)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_three_working_days_without_anybody_are_told_and_a_restart_forgets_none() -> None:
    staff = Staff(NoStaff(days=3), WorkDays())
    watch_days(staff, {day(3): True, day(4): False, day(5): False})  # Thursday to Saturday
    again = Staff(NoStaff(days=3), staff.days)
    judged = watch_days(again, {day(6): False, day(7): False, day(8): False})  # Sunday counts not
    (sighting,) = judged.values()
    assert sighting is not None
    assert sighting.since == datetime(2026, 3, 6, tzinfo=SHANGHAI)
    assert "3 working days" in sighting.detail
    (seen,) = watch_days(again, {day(8): True}).values()
    assert seen is None, "over as soon as somebody is there"


def test_a_day_the_camera_was_off_says_nothing() -> None:
    staff = Staff(NoStaff(days=2), WorkDays())
    days = {day(0): False, day(1): None, day(2): False, day(3): False}
    (sighting,) = watch_days(staff, days).values()
    assert sighting is not None
    assert staff.days.empty == (day(0), day(2))


def test_holidays_are_no_working_days() -> None:
    staff = Staff(NoStaff(days=2, holidays=[day(1), day(2)]), WorkDays())
    (sighting,) = watch_days(staff, {day(n): False for n in range(4)}).values()
    assert sighting is None


def test_somebody_at_night_counts_outside_permits_only() -> None:
    settings = NightWork(permits=[Window(first=day(1), last=day(1))])
    night = Night(settings)
    at_noon = after(3 * 3600)
    at_night = datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI)
    next_night = at_night + timedelta(days=1)
    seen = [night.judge(people(ts, 1)) for ts in (at_noon, at_night, next_night)]
    assert [kinds(one) for one in seen] == [{}, {"": True}, {}]
    assert kinds(night.judge(people(at_night, 0))) == {"": False}


def test_a_lamp_that_goes_somewhere_travels_and_one_that_trembles_does_not() -> None:
    assert travels([(10.0 + 5 * n, 20.0) for n in range(6)])
    assert not travels([(10.0 + (n % 2) * 5, 20.0) for n in range(6)])
    assert not travels([(10.0, 20.0)] * 6)


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    friday_night = [Window(hours="22:00-06:00", days=["fri"])]
    friday = datetime(2026, 3, 6, 22, 30, tzinfo=SHANGHAI)
    assert holds(friday_night, friday)
    assert holds(friday_night, friday + timedelta(hours=7))
    assert not holds(friday_night, friday + timedelta(hours=8))
    assert not holds(friday_night, friday + timedelta(days=1))
    assert seconds_on([Window(hours="08:00-12:00"), Window(hours="11:00-13:00")], day(0)) == 18000
