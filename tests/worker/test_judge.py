"""Batches and ticks on real databases: alerts, states, evidence, repeats, poison, failed commits."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, event, select

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.messages import Health
from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point, SeriesStore
from siteward_platform.database.models import (
    AlertMember,
    AlertRecord,
    DeviceState,
    Evidence,
    Project,
    ZoneState,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.evidence import EvidenceStore
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.worker.judge import Judge
from siteward_platform.worker.loop import _take
from siteward_platform.worker.metrics import Metrics
from tests.worker.site import (
    NOW,
    PICTURE,
    SHA,
    SITE,
    deliver,
    file_claim,
    intrusion,
    picture,
    progress,
    set_up,
    status,
    telemetry,
)

NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE = timedelta(minutes=1)


class Bench:
    """A judge with a clock and an ear."""

    def __init__(self, database: Engine, series: SeriesStore, folder: Path) -> None:
        self.database, self.series, self.folder = database, series, folder
        self.now = NOW
        self.heard: list[dict[str, object]] = []
        self.retained: list[tuple[str, bytes]] = []
        self.registry = CollectorRegistry()
        self.judge = self.fresh()

    def fresh(self) -> Judge:
        self.registry = CollectorRegistry()
        return Judge(
            database=self.database,
            series=self.series,
            evidence=EvidenceStore(self.folder),
            packs=shipped_packs(),
            publish=lambda _topic, payload: self.heard.append(json.loads(payload)),
            retain=lambda topic, payload: self.retained.append((topic, payload)),
            clock=lambda: self.now,
            metrics=Metrics(self.registry),
        )

    def restart(self) -> None:
        self.judge = self.fresh()

    def take(self, *batch: Delivery) -> None:
        _take(self.judge, batch)

    def alerts(self) -> list[AlertRecord]:
        with reading(self.database) as session:
            return list(session.scalars(select(AlertRecord).order_by(AlertRecord.id)))

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"siteward_worker_{name}", labels) or 0


@pytest.fixture
def bench(database: Engine, tmp_path: Path) -> Iterator[Bench]:
    set_up(database)
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    yield Bench(database, store, tmp_path / "evidence")
    store.close()


def noise(level: float, minutes: range) -> Delivery:
    return telemetry("dust", [(NIGHT + n * MINUTE, {"noise_laeq": level}) for n in minutes])


def test_night_noise_becomes_one_alert_with_event_time(bench: Bench) -> None:
    bench.take(noise(58.0, range(60)), noise(45.0, range(60, 120)))
    (alert,) = bench.alerts()
    assert (alert.kind, alert.device, alert.state) == ("night_work", "dust", "resolved")
    assert alert.started_at == NIGHT + 10 * MINUTE
    assert alert.resolved_at is not None and alert.resolved_at < NIGHT + 120 * MINUTE
    assert (alert.limit, alert.unit, alert.rule_version) == (55.0, "dB(A)", "2026.2")
    assert "限值 55 dB(A)" in alert.summary["zh"]
    assert [e["state"] for e in bench.heard if e["event"] == "alert"] == ["firing", "resolved"]


def test_intrusion_alert_carries_its_picture_and_is_announced(bench: Bench) -> None:
    bench.take(picture(NOW), intrusion(NOW))
    (alert,) = bench.alerts()
    assert (alert.state, alert.zone, alert.evidence) == ("firing", "pit", SHA)
    assert alert.box == [0.1, 0.2, 0.1, 0.3] and alert.confidence == 0.91
    kept = EvidenceStore(bench.folder).path(SHA)
    assert kept is not None and kept.read_bytes() == PICTURE
    with reading(bench.database) as session:
        assert session.get_one(Evidence, SHA).device == "cam-tower"
    assert {"event": "alert", "project": SITE, "id": alert.id, "state": "firing"}.items() <= (
        bench.heard[0].items()
    )


def test_repeated_messages_change_nothing_even_after_a_restart(bench: Bench) -> None:
    batch = [picture(NOW), intrusion(NOW), noise(58.0, range(60)), progress(NOW, "a", 10)]
    bench.take(*batch)
    known = [(a.id, a.count, a.state) for a in bench.alerts()]
    heard = len(bench.heard)
    bench.take(*batch)
    assert bench.count("duplicates_total") == 3
    bench.restart()
    bench.take(*batch, *batch)
    assert [(a.id, a.count, a.state) for a in bench.alerts()] == known
    assert len(bench.heard) == heard


def test_several_bands_of_one_crane_are_one_alert_of_the_gravest(bench: Bench) -> None:
    winds = [8.5, 9.0, 11.5, 13.0, 9.0] + [4.0] * 20
    samples = [(NIGHT + n * 2 * MINUTE, {"crane_wind": w}) for n, w in enumerate(winds)]
    bench.take(telemetry("crane", samples[:4]))
    (alert,) = bench.alerts()
    assert (alert.rule, alert.severity, alert.limit) == ("SR-CRANE-WIND-STOP", "serious", 12.0)
    assert alert.started_at == NIGHT and alert.state == "firing"
    bench.take(telemetry("crane", samples[4:]))
    (alert,) = bench.alerts()
    assert (alert.state, alert.severity, alert.count) == ("resolved", "serious", 1)
    with reading(bench.database) as session:
        assert len(session.scalars(select(AlertMember)).all()) == 3


@pytest.mark.parametrize("kind", ["camera_blind", "camera_moved"])
@pytest.mark.parametrize("detection_first", [True, False])
def test_what_two_rules_see_at_the_same_time_is_one_alert_in_any_order(
    bench: Bench, kind: str, detection_first: bool
) -> None:
    samples = [(NIGHT + n * 10 * MINUTE, {"camera_ok": float(not 2 <= n < 8)}) for n in range(12)]
    seen = [
        intrusion(ts, "b", phase, kind=kind, zone=None)
        for ts, phase in ((NIGHT + 19 * MINUTE, "begin"), (NIGHT + 79 * MINUTE, "end"))
    ]
    batches = [seen, [telemetry("cam-tower", samples)]]
    for batch in batches if detection_first else reversed(batches):
        bench.take(*batch)
    (alert,) = bench.alerts()
    assert (alert.kind, alert.state) == (kind, "resolved")
    assert alert.started_at == NIGHT + 19 * MINUTE


def test_zone_states_move_forward_only_and_count_as_changed_facts(bench: Bench) -> None:
    bench.take(progress(NOW, "base", 20), progress(NOW - MINUTE, "soil", 5))
    with reading(bench.database) as session:
        zone = session.get_one(ZoneState, (SITE, "structure"))
        assert (zone.state, zone.percent, zone.measured_at) == ("base", 20, NOW)
        assert session.get_one(Project, SITE).facts_version == 2
    bench.take(progress(NOW + MINUTE, "base", 20))
    with reading(bench.database) as session:
        assert session.get_one(Project, SITE).facts_version == 2


@pytest.mark.parametrize("fault", [h for h in Health if h is not Health.OK])
def test_progress_seen_while_the_camera_was_blind_does_not_count(
    bench: Bench, fault: Health
) -> None:
    seen_well = NOW - 10 * MINUTE
    bench.take(progress(NOW - 9 * MINUTE, "soil", 5, before=SHA, last_good=seen_well))
    bench.take(status(NOW - 5 * MINUTE, True, fault), progress(NOW - 4 * MINUTE, "pit", 9))
    with reading(bench.database) as session:
        zone = session.get_one(ZoneState, (SITE, "structure"))
        assert (zone.state, zone.before, zone.last_good) == ("soil", SHA, seen_well)
        assert session.get_one(DeviceState, (SITE, "cam-tower")).health == fault
    bench.now = NOW + 60 * MINUTE
    bench.take(progress(NOW + 60 * MINUTE, "base", 20))
    with reading(bench.database) as session:
        assert session.get_one(ZoneState, (SITE, "structure")).state == "base", "old news"


def test_device_states_follow_the_newest_news(bench: Bench) -> None:
    def health() -> tuple[str, datetime | None, datetime | None]:
        with reading(bench.database) as session:
            state = session.get_one(DeviceState, (SITE, "cam-tower"))
            return state.health, state.since, state.last_good

    bench.take(telemetry("cam-tower", [(NOW, {"camera_ok": 1.0, "camera_fps": 8.0})]))
    assert health() == ("ok", NOW, NOW)
    bench.take(telemetry("cam-tower", [(NOW + MINUTE, {"camera_ok": 0.0})]))
    assert health() == ("blind", NOW + MINUTE, NOW)
    bench.take(status(NOW + MINUTE * 2, True, Health.MOVED))
    bench.take(telemetry("cam-tower", [(NOW + MINUTE * 3, {"camera_ok": 0.0})]))
    assert health() == ("moved", NOW + 2 * MINUTE, NOW)
    bench.take(telemetry("cam-tower", [(NOW, {"camera_ok": 1.0})]))
    assert health()[0] == "moved"
    assert [e["state"] for e in bench.heard if e["event"] == "device"] == [
        "ok", "blind", "ok", "moved"
    ]  # fmt: skip


def test_last_will_counts_from_its_arrival_and_fires_after_two_minutes(bench: Bench) -> None:
    bench.take(status(NOW - MINUTE, True))
    will = status(NOW - 60 * MINUTE, False)
    bench.take(will)
    bench.now = NOW + MINUTE
    for _ in range(6):
        bench.judge.tick()
    bench.take(will)
    bench.now = NOW + 3 * MINUTE
    for _ in range(6):
        bench.judge.tick()
    (alert,) = [a for a in bench.alerts() if a.kind == "device_offline"]
    assert (alert.device, alert.state, alert.started_at) == ("agent", "firing", NOW)
    assert alert.fired_at == NOW + 2 * MINUTE
    bench.take(status(NOW + 4 * MINUTE, True))
    (alert,) = [a for a in bench.alerts() if a.kind == "device_offline"]
    assert (alert.state, alert.resolved_at) == ("resolved", NOW + 4 * MINUTE)


def test_site_without_a_project_is_counted_and_judged_by_nobody(bench: Bench) -> None:
    samples = [(NIGHT + n * MINUTE, {"noise_laeq": 80.0}) for n in range(30)]
    bench.take(telemetry("dust", samples, site="nowhere"))
    assert bench.alerts() == []
    assert bench.count("unknown_site_messages_total") == 1


def test_poison_is_counted_and_its_neighbours_are_judged(bench: Bench) -> None:
    wrong_hash = picture(NOW, content=b"other")
    bench.take(
        deliver("dust", "telemetry", b"{"),
        deliver("cam-tower", "nonsense", b"{}"),
        wrong_hash,
        intrusion(NOW + timedelta(days=2)),
        intrusion(NOW),
    )
    assert len(bench.alerts()) == 1
    assert bench.count("refused_total", reason="bad_json") == 1
    assert bench.count("refused_total", reason="bad_topic") == 1
    assert bench.count("refused_total", reason="future") == 1
    assert bench.count("refused_total", reason="wrong_hash") == 1
    assert EvidenceStore(bench.folder).path(SHA) is None
    assert [f.read_bytes() for f in (bench.folder / "refused").iterdir()] == [b"other"]


def test_message_that_breaks_the_database_is_isolated_and_kept(bench: Bench) -> None:
    zero = deliver(
        "cam-tower", "progress", progress(NOW, "a", 10).payload.replace(b'"a"', b'"\\u0000"')
    )
    if bench.database.dialect.name != "postgresql":
        pytest.skip("SQLite stores what PostgreSQL refuses")
    bench.take(intrusion(NOW), zero, noise(58.0, range(60)))
    assert sorted(a.kind for a in bench.alerts()) == ["intrusion", "night_work"]
    assert bench.count("refused_total", reason="internal") == 1
    assert len(list((bench.folder / "refused").iterdir())) == 1


def test_failed_commit_loses_and_doubles_nothing(bench: Bench) -> None:
    failing = [True]

    def fail(_connection: object) -> None:
        if failing.pop():
            raise OSError("disk full")

    event.listen(bench.database, "commit", fail)
    batch = [intrusion(NOW), noise(58.0, range(30))]
    with pytest.raises(OSError, match="disk full"):
        bench.take(*batch)
    assert bench.alerts() == [] and bench.heard == []
    event.remove(bench.database, "commit", fail)
    bench.take(*batch)
    assert sorted((a.kind, a.count) for a in bench.alerts()) == [
        ("intrusion", 1),
        ("night_work", 1),
    ]


def test_windows_come_back_from_the_store_after_a_restart(bench: Bench) -> None:
    points = [Point(SITE, "dust", "noise_laeq", NIGHT + n * MINUTE, 58.0) for n in range(9)]
    bench.series.write(points)
    bench.take(noise(58.0, range(9)))
    bench.restart()
    bench.take(noise(58.0, range(9, 11)))
    (alert,) = bench.alerts()
    assert alert.started_at == NIGHT + 10 * MINUTE


def test_tick_feeds_the_schedule_and_evaluates_claims(bench: Bench) -> None:
    claim = file_claim(bench.database)
    bench.series.write([Point(SITE, "cam-tower", "camera_ok", NOW - MINUTE, 1.0)])
    bench.judge.tick()
    assert bench.alerts() == [], "the facts may be half recorded"
    bench.now = NOW + 3 * MINUTE
    for _ in range(6):
        bench.judge.tick()
    (alert,) = bench.alerts()
    assert (alert.kind, alert.device, alert.severity) == ("behind_schedule", None, "general")
    assert alert.value == pytest.approx(0.756, abs=0.001)
    assert bench.count("claims_evaluated_total") == 1
    held = {"event": "claim", "project": SITE, "id": claim, "state": "held"}
    assert any(held.items() <= heard.items() for heard in bench.heard)
    bench.judge.tick()
    assert len(bench.alerts()) == 1 and bench.count("claims_evaluated_total") == 1


def test_alert_late_data_takes_back_stays_if_somebody_acted_on_it(bench: Bench) -> None:
    second = timedelta(seconds=1)
    bench.take(intrusion(NOW), intrusion(NOW + 20 * second, phase="end"))
    bench.take(intrusion(NOW + 80 * second, "t2"))
    assert [a.state for a in bench.alerts()] == ["resolved", "firing"]
    with writing(bench.database) as session:
        session.get_one(AlertRecord, bench.alerts()[1].id).acknowledged_by = "Ren"
    late = [intrusion(NOW + 40 * second, "t3"), intrusion(NOW + 60 * second, "t3", "end")]
    bench.take(*late)
    first, second_alert = bench.alerts()
    assert (first.state, first.count) == ("firing", 3)
    assert (second_alert.state, second_alert.acknowledged_by) == ("resolved", "Ren")


@pytest.mark.parametrize("seed", range(3))
def test_order_of_arrival_within_lateness_does_not_matter(bench: Bench, seed: int) -> None:
    """Ten minutes of everything, shuffled, with repeats and a restart in the middle."""
    parts = [intrusion(NOW + n * 40 * timedelta(seconds=1), f"t{n}") for n in range(5)]
    parts += [
        intrusion(NOW + (n * 40 + 20) * timedelta(seconds=1), f"t{n}", "end") for n in range(5)
    ]
    mixed = parts + parts[::2]
    Random(seed).shuffle(mixed)
    bench.take(*mixed)
    bench.restart()
    bench.take(*mixed)
    bench.now = NOW + 60 * MINUTE
    for _ in range(6):
        bench.judge.tick()
    (alert,) = [a for a in bench.alerts() if a.kind == "intrusion"]
    assert (alert.state, alert.count, alert.started_at) == ("resolved", 5, NOW)
    assert alert.resolved_at == NOW + timedelta(seconds=210)
