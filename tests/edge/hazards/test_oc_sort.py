"""People keep their names over pictures."""

from siteward_edge.hazards.oc_sort import LOST_SECONDS, OcSort
from tests.edge.hazards.looks import T0, after, standing


def test_two_who_walk_keep_their_names_and_a_new_one_gets_another() -> None:
    tracker = OcSort(4, "cam")
    names: list[dict[str, float]] = []
    for n in range(12):
        people = [standing(0.1 + 0.02 * n, 0.8), standing(0.9 - 0.02 * n, 0.6)]
        people += [standing(0.5, 0.95)] if n >= 6 else []
        tracks = tracker.follow(people[:: 1 if n % 2 else -1], after(n / 4))
        names.append({t.id: round(t.person.box[1] + t.person.box[3], 2) for t in tracks})
    first, second = names[1]
    for shown in names[1:]:
        assert shown[first] == names[1][first]
        assert shown[second] == names[1][second]
    assert [len(shown) for shown in names] == [0, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    assert set(names[-1].values()) == {0.8, 0.6, 0.95}


def test_somebody_named_in_their_second_picture_was_first_seen_in_their_first() -> None:
    tracker = OcSort(4, "cam")
    tracker.follow([standing(0.5, 0.8)], T0)
    (track,) = tracker.follow([standing(0.5, 0.8)], after(0.25))
    assert (track.first_seen, track.pictures) == (T0, 2)


def test_slow_pictures_are_no_reason_to_lose_somebody() -> None:
    tracker = OcSort(5, "cam")
    names = set()
    for n in range(8):  # one in a second and a half, though five a second were hoped for
        names |= {t.id for t in tracker.follow([standing(0.4 + 0.01 * n, 0.8)], after(1.5 * n))}
    assert len(names) == 1


def test_somebody_unseen_for_long_gets_another_name() -> None:
    tracker = OcSort(4, "cam")
    names = []
    for second in (0, 0.25, 0.5, 1 + LOST_SECONDS, 1.25 + LOST_SECONDS):
        names += [t.id for t in tracker.follow([standing(0.5, 0.8)], after(second))]
    assert len(set(names)) == 2


def test_a_clock_set_back_starts_anew_and_names_nobody_twice() -> None:
    tracker = OcSort(4, "cam")
    names = []
    for second in (100, 100.25, 10, 10.25, 10.5):
        names += [t.id for t in tracker.follow([standing(0.5, 0.8)], after(second))]
    assert len(set(names)) == 2
    assert len(names) == 3
