"""Judgements of pictures become incidents: one per kind, zone and person."""

from datetime import timedelta
from itertools import count

import msgspec
import pytest

from siteward_contracts.ids import IdSource
from siteward_edge.config.hazards import Confirm
from siteward_edge.hazards.incidents import Changes, Confirmation, Incident, Incidents, Timing
from siteward_edge.hazards.ports import Key, Sighting
from tests.edge.hazards.looks import after, box_at


def timing(frames: int, of: int, cool_down: float = 10) -> Timing:
    return Timing(Confirm(frames=frames, of=of), timedelta(seconds=cool_down))


def ids() -> IdSource:
    return (f"track-{n}" for n in count()).__next__


def at(x: float = 0.3, y: float = 0.7, confidence: float = 0.8, tall: float = 0.3) -> Sighting:
    return Sighting("intrusion", "pit", box_at(x, y, tall), confidence)


def who(subject: str, zone: str | None = "pit", kind: str = "intrusion") -> Key:
    return Key(kind, zone, subject)


class Story:
    """Feeds one picture a second and keeps what is begun and ended."""

    def __init__(self, timing_: Timing) -> None:
        self.incidents = Incidents(lambda kind: timing_)
        self.new_id = ids()
        self.told: list[tuple[int, str, str]] = []
        self.last = Changes([], [], [])
        self.ended: list[Incident] = []

    def at(self, second: int, **seen: Sighting | None) -> None:
        judged = {who(subject): sighting for subject, sighting in seen.items()}
        self.last = self.incidents.observe(judged, after(second), self.new_id)
        self.told += [(second, "begin", i.track) for i in self.last.begun]
        self.told += [(second, "end", i.track) for i in self.last.ended]
        self.ended += self.last.ended


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
        ("x???x???x", 8),  # what could not be judged does not count against it
        ("x?.?x?.?.?x", None),
    ],
)
def test_three_of_five_judged_pictures_confirm(shown: str, begins_at: int | None) -> None:
    one = Confirmation(timing(3, 5))
    begun = None
    for number, mark in enumerate(shown):
        if mark == "?":
            continue
        incident = one.confirmed(at() if mark == "x" else None, after(number))
        if incident:
            assert begun is None, "one incident, not one per picture"
            begun = number
            assert incident.first_seen >= after(shown.index("x"))
    assert begun == begins_at


def test_judgements_half_a_minute_old_support_nothing() -> None:
    one = Confirmation(timing(3, 5))
    assert not any(one.confirmed(at(), after(second)) for second in (0, 1, 40))


def test_an_incident_outlives_gaps_shorter_than_the_cool_down_and_then_ends() -> None:
    story = Story(timing(2, 3))
    for second, seen in enumerate("xx.......x........x..........xx"):
        story.at(second, a=at() if seen == "x" else None)
    assert story.told == [(1, "begin", "track-0"), (28, "end", "track-0"), (30, "begin", "track-1")]
    assert story.ended[0].last_seen == after(18)


def test_the_picture_that_confirms_is_told_with_the_greatest_confidence_up_to_then() -> None:
    story = Story(timing(3, 5))
    for second, (x, confidence) in enumerate(((0.1, 0.5), (0.2, 0.9), (0.3, 0.6))):
        story.at(second, a=at(x, confidence=confidence))
    (begun,) = story.last.begun
    assert begun.sighting.confidence == 0.9
    assert begun.sighting.box == box_at(0.3, 0.7), "the box fits the picture that proves it"


def test_two_people_in_a_zone_are_two_incidents() -> None:
    story = Story(timing(2, 2, cool_down=5))
    for second in range(3):
        story.at(second, a=at(0.2), b=at(0.6))
    assert story.told == [(1, "begin", "track-0"), (1, "begin", "track-1")]


def test_somebody_lost_and_found_again_near_by_is_the_same_incident() -> None:
    story = Story(timing(2, 3))
    for second in range(3):
        story.at(second, a=at(0.3))
    for second in range(3, 8):
        story.at(second)
    for second in range(8, 12):
        story.at(second, b=at(0.4))
    for second in range(12, 24):
        story.at(second)
    assert story.told == [(1, "begin", "track-0"), (21, "end", "track-0")]


def test_somebody_found_far_away_is_somebody_else() -> None:
    story = Story(timing(1, 1))
    story.at(0, a=at(0.1, 0.9, tall=0.1))
    story.at(1, b=at(0.9, 0.9, tall=0.1))
    assert story.told == [(0, "begin", "track-0"), (1, "begin", "track-1")]


def test_names_exchanged_by_two_people_who_cross_do_not_make_a_third_incident() -> None:
    story = Story(timing(2, 2))
    for second in range(2):
        story.at(second, bare=at(0.50), covered=None)
    for second in range(2, 6):
        story.at(second, bare=None, covered=at(0.52))
    assert story.told == [(1, "begin", "track-0")]


def test_a_clearly_better_picture_is_told_and_a_slightly_better_one_is_not() -> None:
    story = Story(timing(1, 1))
    better = []
    for second, (tall, confidence) in enumerate(
        ((0.2, 0.8), (0.205, 0.8), (0.3, 0.8), (0.3, 0.5), (0.25, 0.9), (0.4, 0.9))
    ):
        story.at(second, a=at(tall=tall, confidence=confidence))
        better += [second for _ in story.last.better]
    assert better == [2, 5]


def test_a_restart_neither_repeats_nor_forgets_an_incident() -> None:
    before = Story(timing(1, 1, cool_down=5))
    before.at(0, a=at(0.3))
    stored = msgspec.json.encode(before.incidents.going_on())
    after_ = Story(timing(1, 1, cool_down=5))
    after_.new_id = lambda: "other"
    after_.incidents.resume(msgspec.json.decode(stored, type=list[Incident]))
    after_.at(2, new_name=at(0.33))
    assert after_.told == []
    after_.at(8)
    assert after_.told == [(8, "end", "track-0")]


def test_a_place_goes_on_under_the_same_key_after_a_restart() -> None:
    soil = Sighting("bare_soil", "plot", (0.1, 0.6, 0.3, 0.3), 0.8, "80% bare")
    key = Key("bare_soil", "plot", "")
    before = Incidents(lambda kind: timing(1, 1, 100))
    (begun,) = before.observe({key: soil}, after(0), ids()).begun
    resumed = Incidents(lambda kind: timing(1, 1, 100))
    resumed.resume(before.going_on())
    assert resumed.observe({key: soil}, after(60), lambda: "other").begun == []
    assert [i.track for i in resumed.going_on()] == [begun.track]


def test_what_nobody_judges_any_more_is_forgotten() -> None:
    story = Story(timing(2, 5))
    for second in range(0, 600, 2):
        story.at(second, **{f"passer-by {second}": None})
    assert len(story.incidents.by_key) < 20
