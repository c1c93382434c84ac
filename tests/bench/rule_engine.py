"""What the rule engine costs: by rules, by sites, after a restart, and for one project's facts."""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Engine as Database

from siteward_ingest.open_store import open_store
from siteward_ingest.series import SeriesStore
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database, reading, writing
from siteward_platform.facts import paper_facts, project_facts
from siteward_platform.links import links_of
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.worker.engine_state import keep_engine, restore_engine
from siteward_platform.worker.remembered_series import RememberedSeries
from siteward_platform.worker.series_reader import StoreReader
from siteward_rules.daily_facts import daily_facts
from siteward_rules.language.layers import Place, resolve
from siteward_rules.money.recommend import assess
from siteward_rules.stream.engine import Engine, Observation
from siteward_rules.stream.rule import StreamRule
from tests.rules.kindergarten import CLAIM
from tests.worker.site import NOW, SITE, TODAY, camera_history, set_up

_TEN = timedelta(seconds=10)
_DUST = {"noise_laeq": 52.0, "pm10": 80.0, "tsp": 300.0, "humidity": 40.0, "wind_speed": 3.0}
_CRANE = {"crane_wind": 6.0, "crane_moment_pct": 60.0, "crane_load": 2.0, "crane_tilt": 0.1}
_CAMERA = {"camera_ok": 1.0, "camera_fps": 8.0, "people_count": 4.0}


def rules() -> dict[str, float | int | str]:
    """Observations per CPU second."""
    shipped = resolve(shipped_packs(), Place()).rules
    figures: dict[str, float | int | str] = {"shipped_rules": len(shipped)}
    for sites, steps in ((1, 8_000), (10, 800), (1_000, 10), (10_000, 2)):
        seen = list(_observations(sites, steps))
        figures[f"observations_per_cpu_second_{sites}_sites"] = _speed(shipped, seen)
    seen = list(_observations(10, 800))
    for count in (10, 100, 1_000):
        figures[f"observations_per_cpu_second_{count}_rules"] = _speed(_beside(count), seen)
    for count in (1, 10):
        figures[f"observations_per_cpu_second_{count}_rules_read_all"] = _speed(_all(count), seen)
    return figures


def recovery() -> dict[str, float | int | str]:
    """A new engine takes up 10,000 open windows: states from SQLite, windows from the series."""
    rule = next(r for r in resolve(shipped_packs(), Place()).rules if r.id == "SR-NOISE-DAY")
    with _worker_stores() as (database, series):
        first = Engine([rule], StoreReader(series))
        day = NOW - timedelta(minutes=2)
        for site in range(10_000):
            for n in range(3):
                first.feed(Observation(f"s{site}", "dust", rule.reads, day + n * _TEN, 75.0))
        with writing(database) as session:
            keep_engine(session, first, NOW)
        began, cpu = time.perf_counter(), time.process_time()
        second = Engine([rule], StoreReader(series))
        with reading(database) as session:
            restore_engine(session, second)
        for site in range(10_000):
            second.feed(Observation(f"s{site}", "dust", rule.reads, NOW, 75.0))
        return {
            "recovery_seconds_10000_windows": round(time.perf_counter() - began, 2),
            "recovery_cpu_seconds_10000_windows": round(time.process_time() - cpu, 2),
        }


def project() -> dict[str, float | int | str]:
    """One project's facts gathered and judged anew; medians in milliseconds."""
    with _worker_stores() as (database, series):
        set_up(database)
        series.write(camera_history())
        past = RememberedSeries(series, lambda: NOW)
        with reading(database) as session:
            return {
                "project_facts_ms": _median_ms(
                    lambda: daily_facts(paper_facts(session, SITE, TODAY), None)
                ),
                "claim_first_ms": _median_ms(
                    lambda: assess(project_facts(session, series, SITE, TODAY, NOW), CLAIM)
                ),
                "claim_again_ms": _median_ms(
                    lambda: assess(project_facts(session, past, SITE, TODAY, NOW), CLAIM)
                ),
                "project_links_ms": _median_ms(lambda: links_of(session, series, SITE, NOW)),
            }


def _observations(sites: int, steps: int) -> Iterator[Observation]:
    for n in range(steps):
        ts = NOW + n * _TEN
        for site in range(sites):
            for device, readings in (("dust", _DUST), ("crane", _CRANE), ("cam", _CAMERA)):
                for metric, value in readings.items():
                    yield Observation(f"s{site}", device, metric, ts, value)


def _speed(rules: Sequence[StreamRule], seen: Sequence[Observation]) -> int:
    engine = Engine(rules)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)  # as the worker does
    began = time.process_time()
    for one in seen:
        engine.feed(one)
    return round(len(seen) / (time.process_time() - began))


def _beside(count: int) -> list[StreamRule]:
    """Ten rules that read what is observed, the rest about a metric that nobody sends."""
    plain = _plain()
    reads = [*_DUST, *_CRANE, "people_count"]
    mine = [replace(plain, id=f"SR-M{n}", reads=metric) for n, metric in enumerate(reads)]
    return mine + [replace(plain, id=f"SR-N{n}", reads="gas_co") for n in range(count - len(mine))]


def _all(count: int) -> list[StreamRule]:
    """So many rules on every metric that is observed."""
    metrics = [*_DUST, *_CRANE, *_CAMERA]
    return [
        replace(_plain(), id=f"SR-{n}-{m}", reads=metric)
        for m, metric in enumerate(metrics)
        for n in range(count)
    ]


def _plain() -> StreamRule:
    rules = resolve(shipped_packs(), Place()).rules
    found = next(r for r in rules if r.id == "SR-CRANE-MOMENT-WARN")
    return replace(found, limit=1e6)


def _median_ms(work: object) -> float:
    assert callable(work)
    took = []
    for _ in range(30):
        began = time.process_time()
        work()
        took.append(1_000 * (time.process_time() - began))
    return round(median(took), 2)


@contextmanager
def _worker_stores() -> Iterator[tuple[Database, SeriesStore]]:
    with TemporaryDirectory() as name:
        database = open_database(f"sqlite:///{Path(name) / 'siteward.db'}")
        migrate.upgrade(database)
        series = open_store(f"sqlite:///{Path(name) / 'series.db'}")
        yield database, series
        series.close()
        database.dispose()
