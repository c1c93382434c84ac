from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from siteward_edge.config.hazards import Confirm, DangerZone
from siteward_edge.hazards.incidents import (
    Confirmation,
    Incidents,
    Sighting,
    feet,
    inside,
    sightings,
)
from siteward_edge.vision.ports import DetectedPerson

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
PIT = DangerZone(id="pit", polygon=[(0.1, 0.5), (0.5, 0.5), (0.5, 0.9), (0.1, 0.9)])


def standing_at(x: float, y: float, **clothes: bool | None) -> DetectedPerson:
    return DetectedPerson((x - 0.05, y - 0.3, 0.1, 0.3), 0.8, **clothes)


def hit(confidence: float = 0.8) -> Sighting:
    return Sighting("intrusion", "pit", (0.2, 0.2, 0.1, 0.3), confidence)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(0.3, 0.7, True), (0.3, 0.45, False), (0.6, 0.7, False), (0.1, 0.7, True), (0.3, 0.9, True)],
)
def test_only_the_feet_count(x: float, y: float, expected: bool) -> None:
    person = standing_at(x, y)
    assert feet(person.box) == pytest.approx((x, y))
    assert inside((x, y), PIT.polygon) is expected
    found = sightings([person], [PIT])
    if 0.1 < x < 0.5 and y < 0.9:  # on the border rounding decides, inside() is exact above
        assert [s.kind for s in found] == (["intrusion"] if expected else [])


def test_what_a_detector_cannot_tell_is_no_violation() -> None:
    people = [
        standing_at(0.8, 0.8, helmet=None, vest=None),
        standing_at(0.8, 0.8, helmet=True, vest=True),
        standing_at(0.8, 0.8, helmet=False, vest=True),
        standing_at(0.3, 0.7, helmet=True, vest=False),
    ]
    assert [(s.kind, s.zone) for s in sightings(people, [PIT])] == [
        ("no_helmet", None),
        ("intrusion", "pit"),
        ("no_vest", None),
    ]


@pytest.mark.parametrize(
    ("shown", "begins_at"),
    [
        ("..xxx", 4),
        ("x.x.x", 4),
        ("xx...x", None),  # the first two have left the window
        ("xx..x", 4),
        ("x..x..x..x", None),
        ("xxx", 2),
        ("....", None),
    ],
)
def test_three_of_five_pictures_confirm(shown: str, begins_at: int | None) -> None:
    one = Confirmation(Confirm(frames=3, of=5), timedelta(seconds=10))
    ids = (f"track-{n}" for n in count())
    begun = None
    for number, mark in enumerate(shown):
        ts = T0 + timedelta(seconds=number)
        incident, _ = one.observe(hit() if mark == "x" else None, ts, ids.__next__)
        if incident:
            assert begun is None, "one incident, not one per picture"
            begun = number
            first = shown.index("x", max(0, number - 4))
            assert incident.first_seen == T0 + timedelta(seconds=first)
    assert begun == begins_at


def test_an_incident_outlives_gaps_shorter_than_the_cool_down_and_then_ends() -> None:
    one = Confirmation(Confirm(frames=2, of=3), timedelta(seconds=10))
    ids = (f"track-{n}" for n in count())
    script = {0: True, 1: True, 9: True, 18: True, 19: False, 27: False, 28: False, 29: True}
    script |= {30: True}
    told = []
    for second, seen in sorted(script.items()):
        ts = T0 + timedelta(seconds=second)
        begun, ended = one.observe(hit() if seen else None, ts, ids.__next__)
        told += [("begin", second, begun.track)] if begun else []
        told += [("end", second, ended.track)] if ended else []
    assert told == [("begin", 1, "track-0"), ("end", 28, "track-0"), ("begin", 30, "track-1")]


def test_the_most_certain_sighting_so_far_is_reported() -> None:
    one = Confirmation(Confirm(frames=3, of=5), timedelta(seconds=10))
    for number, confidence in enumerate((0.5, 0.9, 0.6)):
        begun, _ = one.observe(hit(confidence), T0 + timedelta(seconds=number), lambda: "t")
    assert begun is not None
    assert begun.sighting.confidence == 0.9


def test_two_people_in_a_zone_are_one_incident_and_two_zones_are_two() -> None:
    gate = DangerZone(id="gate", polygon=[(0.6, 0.5), (0.9, 0.5), (0.9, 0.9), (0.6, 0.9)])
    all_ = Incidents(Confirm(frames=2, of=2), timedelta(seconds=5))
    ids = (f"track-{n}" for n in count())
    people = [standing_at(0.2, 0.7), standing_at(0.4, 0.7), standing_at(0.7, 0.7)]
    begun = []
    for number in range(3):
        seen = sightings(people, [PIT, gate])
        begun += all_.observe(seen, T0 + timedelta(seconds=number), ids.__next__)[0]
    assert sorted((i.sighting.zone or "", i.track) for i in begun) == [
        ("gate", "track-1"),
        ("pit", "track-0"),
    ]


def test_a_restart_neither_repeats_nor_forgets_an_incident() -> None:
    before = Incidents(Confirm(frames=1, of=1), timedelta(seconds=5))
    before.observe([hit()], T0, lambda: "track")
    after = Incidents(Confirm(frames=1, of=1), timedelta(seconds=5))
    after.resume(before.going_on())
    assert after.observe([hit()], T0 + timedelta(seconds=2), lambda: "other") == ([], [])
    _, ended = after.observe([], T0 + timedelta(seconds=8), lambda: "other")
    assert [i.track for i in ended] == ["track"]
