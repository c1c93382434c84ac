from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from siteward_contracts.decode import decode
from siteward_ingest.delivery import Delivery
from siteward_ingest.intake import Intake, RecentIds
from siteward_ingest.metrics import Metrics
from siteward_ingest.quarantine import Quarantine
from siteward_ingest.series import Point, SeriesKey, StoreError, StoreUnavailableError
from siteward_ingest.stores.sqlite import SqliteStore
from tests.ingest.process import TOPIC, telemetry

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
KEY = SeriesKey("garden", "dust-1", "pm10")
_ticks = count()


class FussyStore(SqliteStore):
    """A real store that is down as often as told and never takes the value 13."""

    down = 0

    def write(self, points: Sequence[Point]) -> None:
        if self.down:
            self.down -= 1
            raise StoreUnavailableError("down")
        if any(p.value == 13 for p in points):
            raise StoreError("13 is not taken")
        super().write(points)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.registry = CollectorRegistry()
        self.store = FussyStore(folder / "series.db")
        self.quarantine = Quarantine(folder / "quarantine.db")
        self.intake = Intake(
            self.store,
            self.quarantine,
            Metrics(self.registry),
            lambda: NOW,
            lambda: float(next(_ticks)),
            remembered_ids=1000,
        )

    def values(self) -> list[float]:
        return [v for _, v in self.store.raw(KEY, NOW - timedelta(days=1), NOW)]

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"siteward_ingest_{name}", labels) or 0


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def reading(minute: int, value: float, message_id: str | None = None) -> Delivery:
    ts = NOW - timedelta(hours=1) + timedelta(minutes=minute)
    return Delivery(TOPIC, telemetry(ts, message_id, pm10=float(value)), mid=1)


def test_a_batch_is_kept_and_counted(bench: Bench) -> None:
    bench.intake.take([reading(0, 1), reading(1, 2)])
    assert bench.values() == [1, 2]
    assert (bench.count("messages_total"), bench.count("points_total")) == (2, 2)
    assert bench.count("commit_seconds_count") == 1
    assert bench.count("lag_seconds") == 59 * 60


def test_the_same_id_again_is_a_duplicate_within_a_batch_and_later(bench: Bench) -> None:
    first = reading(0, 1, "0195a000-0000-7000-8000-000000000001")
    again = reading(5, 9, "0195a000-0000-7000-8000-000000000001")
    bench.intake.take([first, again])
    bench.intake.take([again])
    assert bench.values() == [1]
    assert bench.count("duplicates_total") == 2


def test_ids_of_a_batch_that_failed_are_not_remembered(bench: Bench) -> None:
    batch = [reading(0, 1), Delivery(TOPIC, b"{", mid=2)]
    bench.store.down = 1
    with pytest.raises(StoreUnavailableError):
        bench.intake.take(batch)
    assert bench.quarantine.all() == []
    bench.intake.take(batch)
    assert bench.values() == [1]
    assert bench.count("duplicates_total") == 0
    assert bench.count("quarantined_total", reason="bad_json") == 1


def test_a_message_the_store_never_takes_is_quarantined_and_the_others_kept(bench: Bench) -> None:
    bench.intake.take([reading(0, 1), reading(1, 13), reading(2, 2)])
    assert bench.values() == [1, 2]
    assert bench.count("quarantined_total", reason="store_refused") == 1
    (record,) = bench.quarantine.all()
    assert (record.reason, record.detail) == ("store_refused", "13 is not taken")


def test_a_message_that_trips_a_fault_of_ours_is_quarantined_and_the_others_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(topic: str, payload: bytes, now: datetime) -> object:
        if b"99.0" in payload:
            raise ZeroDivisionError("ours")
        return decode(topic, payload, now)

    monkeypatch.setattr("siteward_ingest.intake.decode", faulty)
    bench.intake.take([reading(0, 1), reading(1, 99), reading(2, 2)])
    assert bench.values() == [1, 2]
    assert bench.count("quarantined_total", reason="internal") == 1


def test_a_partly_good_message_is_kept_in_part_and_may_come_again(bench: Bench) -> None:
    ts = NOW - timedelta(hours=1)
    payload = telemetry(ts, None, pm10=1.0, humidity=140.0, wind_speed=900.0)
    for _ in range(2):
        bench.intake.take([Delivery(TOPIC, payload, mid=1)])
    assert bench.values() == [1]
    (record,) = bench.quarantine.all()
    assert record.times == 2
    assert "humidity 140.0 is outside 0 to 100 %" in record.detail
    assert "and 1 more readings; the other readings are stored" in record.detail
    assert bench.count("duplicates_total") == 0


def test_flagged_readings_are_counted_by_flag(bench: Bench) -> None:
    plain = telemetry(NOW, None, pm10=1.0, pm25=2.0)
    payload = plain.replace(b'"pm25":2.0}', b'"pm25":2.0},"flags":{"pm25":"D"}')
    assert payload != plain
    bench.intake.take([Delivery(TOPIC, payload, mid=1)])
    assert bench.count("flagged_readings_total", flag="D") == 1
    assert [p.metric for p in bench.store.latest("garden")] == ["pm10"]


def test_recent_ids_forget_the_oldest_and_stay_bounded() -> None:
    ids = RecentIds(10)
    for n in range(100):
        ids.add({f"id-{n}"})
        assert all(f"id-{m}" in ids for m in range(max(0, n - 9), n + 1))
    assert sum(f"id-{n}" in ids for n in range(100)) <= 20
