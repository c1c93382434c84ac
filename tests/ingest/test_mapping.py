from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import (
    Command,
    Detection,
    Message,
    Model,
    Progress,
    Sample,
    Statistic,
    Status,
    Telemetry,
)
from siteward_contracts.topics import Kind, Topic
from siteward_ingest.mapping import flagged, points
from siteward_ingest.series import Point

TS = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = TS + timedelta(hours=3)
ID = "0195a000-0000-7000-8000-000000000001"


def mapped(message: Message, kind: Kind) -> list[tuple[str, datetime, float]]:
    found = points(Envelope(Topic("garden", "cam-1", kind), message), LATER)
    assert all((p.site, p.device) == ("garden", "cam-1") for p in found)
    return [(p.metric, p.ts, p.value) for p in found]


def test_every_reading_of_every_sample_is_a_point() -> None:
    second = TS + timedelta(seconds=10)
    samples = [
        Sample(ts=TS, readings={"pm10": 1, "pm25": 2}),
        Sample(ts=second, readings={"tsp": 3}),
    ]
    message = Telemetry(id=ID, ts=second, samples=samples)
    assert mapped(message, Kind.TELEMETRY) == [
        ("pm10", TS, 1),
        ("pm25", TS, 2),
        ("tsp", second, 3),
    ]


def test_readings_with_another_flag_than_normal_are_counted_not_kept() -> None:
    readings = {"pm10": 1.0, "pm25": 2.0, "tsp": 3.0}
    flags = {"pm10": "D", "pm25": "N", "absent": "F"}
    message = Telemetry(id=ID, ts=TS, samples=[Sample(ts=TS, readings=readings, flags=flags)])
    envelope = Envelope(Topic("garden", "dust-1", Kind.TELEMETRY), message)
    assert [p.metric for p in points(envelope, LATER)] == ["pm25", "tsp"]
    assert flagged(envelope) == ["D"]


def test_what_an_instrument_computed_is_a_series_of_its_own_unless_flagged() -> None:
    sample = Sample(
        ts=TS,
        readings={},
        period="hour",
        statistics={"pm10": Statistic(avg=127.4, max=139.2), "tsp": Statistic(avg=1)},
        flags={"tsp": "D"},
    )
    message = Telemetry(id=ID, ts=TS, samples=[sample])
    assert mapped(message, Kind.TELEMETRY) == [
        ("pm10.hour_avg", TS, 127.4),
        ("pm10.hour_max", TS, 139.2),
    ]


def test_progress_is_a_series_of_its_zone_in_percent() -> None:
    message = Progress(
        id=ID,
        ts=TS,
        zone="floor-2",
        state="wall",
        percent=62.5,
        confidence=0.9,
        coverage=0.8,
        method="material-bands",
    )
    assert mapped(message, Kind.PROGRESS) == [("progress.floor-2", TS, 62.5)]


@pytest.mark.parametrize(("phase", "value"), [("begin", 0.87), ("end", 0.0)])
def test_a_detection_is_its_confidence_until_it_ends(
    phase: Literal["begin", "end"], value: float
) -> None:
    message = Detection(
        id=ID,
        ts=TS,
        kind="intrusion",
        phase=phase,
        confidence=0.87,
        track="t1",
        box=(0, 0, 0.1, 0.1),
        model=Model(name="m", version="1"),
    )
    assert mapped(message, Kind.DETECTION) == [("detection.intrusion", TS, value)]


def test_an_online_status_is_of_its_own_instant() -> None:
    message = Status(id=ID, ts=TS, online=True, agent="1.0", outbox=7)
    assert mapped(message, Kind.STATUS) == [("online", TS, 1), ("outbox_depth", TS, 7)]


def test_an_offline_status_is_of_the_instant_it_came() -> None:
    message = Status(id=ID, ts=TS, online=False, agent="1.0")
    assert mapped(message, Kind.STATUS) == [("online", LATER, 0), ("outbox_depth", LATER, 0)]


def test_what_is_not_for_series_gives_no_points() -> None:
    message = Command(id=ID, ts=TS, action="watch", seconds=10)
    envelope = Envelope(Topic("garden", "cam-1", Kind.COMMAND), message)
    assert points(envelope, LATER) == []
    assert flagged(envelope) == []


def test_points_are_values() -> None:
    assert Point("a", "b", "c", TS, 1) == Point("a", "b", "c", TS, 1.0)
