"""Who is told of what and when: groups, repeats, escalation, silences, inhibition."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from siteward_rules.alerts.alert import Alert
from siteward_rules.alerts.due import Due, Told, due
from siteward_rules.alerts.escalation import DEFAULTS
from siteward_rules.alerts.inhibition import inhibited
from siteward_rules.alerts.silence import Matcher, Silence, silenced

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def alert(number: int = 1, **changes: object) -> Alert:
    plain = Alert(number, "park", "no_helmet", "serious", "SR-NO-HELMET", "cam-1")
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Desk:
    """Remembers what was told, as the worker's tables do."""

    alerts: dict[int, Alert]
    last: dict[tuple[tuple[str, str], str], datetime] = field(default_factory=dict)
    told: dict[tuple[int, str], str] = field(default_factory=dict)

    def at(self, minutes: float, muted: Iterable[int] = ()) -> list[Due]:
        now = NOW + minutes * MINUTE
        given = due(self.alerts.values(), muted, Told(self.last, self.told), DEFAULTS, now)
        for one in given:
            self.last[one.group, one.role] = now
            for a in one.alerts:
                self.told[a.id, one.role] = a.severity
                self.alerts[a.id] = replace(a, noticed_at=a.noticed_at or now)
        return given

    def roles(self, minutes: float, muted: Iterable[int] = ()) -> list[tuple[str, str]]:
        return [(one.role, one.why) for one in self.at(minutes, muted)]


def desk(*alerts: Alert) -> Desk:
    return Desk({a.id: a for a in alerts})


def test_a_serious_alert_goes_to_the_inspector_then_the_supervisor_then_the_chief() -> None:
    told = desk(alert())
    assert told.roles(0) == [("inspector", "new")]
    assert told.roles(29) == []
    assert told.roles(30) == [("supervisor", "escalation")]
    assert told.roles(59) == []
    assert told.roles(60) == [("inspector", "repeat")]
    assert told.roles(90) == [("supervisor", "repeat")]
    assert ("chief_supervisor", "escalation") in told.roles(120)


def test_nobody_is_told_again_once_somebody_takes_care() -> None:
    told = desk(alert())
    told.at(0)
    told.alerts[1] = replace(told.alerts[1], acknowledged=True)
    assert told.roles(600) == []
    told.alerts[1] = replace(told.alerts[1], acknowledged=False)
    assert ("inspector", "repeat") in told.roles(601)


def test_fifty_people_without_helmets_are_one_notice() -> None:
    told = desk(*(alert(n) for n in range(50)))
    (one,) = told.at(0)
    assert len(one.alerts) == 50


def test_more_of_the_same_waits_five_minutes_and_comes_together() -> None:
    told = desk(alert(1))
    told.at(0)
    told.alerts[2], told.alerts[3] = alert(2), alert(3)
    assert told.roles(1) == []
    (one,) = told.at(5)
    assert (one.why, [a.id for a in one.alerts]) == ("new", [1, 2, 3])


def test_something_graver_of_the_same_kind_does_not_wait() -> None:
    told = desk(alert(1, severity="general"))
    told.at(0)
    told.alerts[2] = alert(2, severity="serious")
    assert told.roles(1) == [("inspector", "new")]


def test_an_alert_that_gets_worse_is_told_at_once() -> None:
    told = desk(alert(1, severity="general"))
    told.at(0)
    told.alerts[1] = replace(told.alerts[1], severity="suspected_major")
    assert sorted(told.roles(1)) == [("inspector", "escalation"), ("supervisor", "escalation")]


def test_what_two_projects_or_two_kinds_raise_is_told_apart() -> None:
    told = desk(alert(1), alert(2, project="road"), alert(3, kind="no_vest"))
    assert {one.group for one in told.at(0)} == {
        ("park", "no_helmet"), ("road", "no_helmet"), ("park", "no_vest")
    }  # fmt: skip


def test_a_false_alarm_is_told_to_nobody() -> None:
    assert desk(alert(dismissed=True)).at(0) == []


def test_old_data_that_comes_late_does_not_wake_the_chief_at_once() -> None:
    assert desk(alert()).roles(24 * 60) == [("inspector", "new")]


def test_a_silence_holds_its_tongue_and_what_still_fires_after_it_is_told() -> None:
    told = desk(alert())
    assert told.roles(0, muted={1}) == []
    assert told.roles(60) == [("inspector", "new")]


@pytest.mark.parametrize(
    ("matcher", "fits"),
    [
        (Matcher("device", "cam-1"), True),
        (Matcher("device", "cam-*"), True),
        (Matcher("device", "cam"), False),
        (Matcher("rule", "SR-NO-*"), True),
        (Matcher("severity", "general"), False),
        (Matcher("severity", "general", equal=False), True),
        (Matcher("zone", "*"), True),
        (Matcher("zone", "gate"), False),
    ],
)
def test_a_matcher_fits(matcher: Matcher, fits: bool) -> None:
    silence = Silence(7, (matcher,), NOW, NOW + MINUTE)
    assert silenced([alert()], [silence], NOW) == ({1: 7} if fits else {})


def test_every_matcher_of_a_silence_must_fit_and_none_covers_nothing() -> None:
    both = (Matcher("project", "park"), Matcher("kind", "dust"))
    assert silenced([alert()], [Silence(7, both, NOW, NOW + MINUTE)], NOW) == {}
    assert silenced([alert()], [Silence(7, (), NOW, NOW + MINUTE)], NOW) == {}


def test_a_silence_begins_at_its_start_and_does_not_hold_at_its_end() -> None:
    silence = Silence(7, (Matcher("project", "park"),), NOW, NOW + MINUTE)
    held = [bool(silenced([alert()], [silence], NOW + n * MINUTE / 2)) for n in (-1, 0, 1, 2)]
    assert held == [False, True, True, False]


AGENTS = {("park", "cam-1"): "agent", ("park", "cam-2"): "agent-2"}


def test_an_agent_offline_mutes_that_its_camera_is_but_not_what_the_camera_saw() -> None:
    firing = [
        alert(1, kind="device_offline", device="agent", severity="info"),
        alert(2, kind="camera_offline", device="cam-1", severity="info"),
        alert(3, kind="fire_smoke", device="cam-1"),
        alert(4, kind="camera_offline", device="cam-2", severity="info"),
        alert(5, kind="camera_offline", device="cam-1", project="road", severity="info"),
    ]
    assert inhibited(firing, AGENTS) == {2: 1}


def test_an_offline_agent_that_is_a_false_alarm_mutes_nothing() -> None:
    firing = [
        alert(1, kind="device_offline", device="agent", dismissed=True),
        alert(2, kind="camera_offline", device="cam-1"),
    ]
    assert inhibited(firing, AGENTS) == {}


def test_the_worse_rule_of_one_thing_mutes_the_lesser_of_the_same_device() -> None:
    firing = [
        alert(1, kind="crane_overmoment", device="crane", severity="serious"),
        alert(2, kind="crane_overload", device="crane", severity="general"),
        alert(3, kind="crane_overload", device="crane-2", severity="general"),
        alert(4, kind="crane_wind", device="crane", severity="general"),
    ]
    assert inhibited(firing, {}) == {2: 1}


def test_two_equally_grave_alerts_mute_neither() -> None:
    firing = [
        alert(1, kind="crane_overmoment", device="crane"),
        alert(2, kind="crane_overload", device="crane"),
    ]
    assert inhibited(firing, {}) == {}
