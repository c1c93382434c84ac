"""Idle days, and what follows for a project, on a running worker."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point
from siteward_platform.api.schemas.alerting import PermitIn
from siteward_platform.database.models import (
    Claim,
    FindingRecord,
    HazardRecord,
    Link,
    Measurement,
    Milestone,
    Notice,
    Project,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.permits import enter_permit
from siteward_platform.site_days import site_days
from tests.worker.site import NOW, SITE, TODAY, set_up
from tests.worker.test_judge import Bench, noise
from tests.worker.test_rules_in_operation import HOUR, MINUTE, do, tick


@pytest.fixture
def bench(sqlite_database: Engine, tmp_path: Path) -> Iterator[Bench]:
    set_up(sqlite_database)
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    yield Bench(sqlite_database, store, tmp_path / "evidence")
    store.close()


def links(bench: Bench) -> dict[str, Link]:
    with reading(bench.database) as session:
        rows = session.scalars(select(Link).where(Link.until.is_(None)))
        return {f"{row.rule} {row.subject}": row for row in rows}


def seen(day: date, people: float | None, ok: float = 1.0) -> list[Point]:
    """A camera's day, every half hour from six to six."""
    start = datetime(day.year, day.month, day.day, 6, tzinfo=SHANGHAI)
    points = []
    for n in range(24):
        ts = start + n * 30 * MINUTE
        points.append(Point(SITE, "cam-tower", "camera_ok", ts, ok))
        if people is not None:
            points.append(Point(SITE, "cam-tower", "people_count", ts, people))
    return points


def test_a_day_without_eyes_is_unknown_and_a_camera_that_counts_nobody_says_nothing(
    bench: Bench,
) -> None:
    days = [TODAY - timedelta(days=n) for n in range(6, 0, -1)]
    bench.series.write(
        [
            *seen(days[0], 3.0), *seen(days[1], 0.0), *seen(days[2], 0.0, ok=0.0),
            *seen(days[4], None), *seen(days[5], 0.0),
        ]
    )  # fmt: skip
    with reading(bench.database) as session:
        found = site_days(session, bench.series, SITE, days[0], days[5])
    assert [day.people for day in found] == [3, 0, None, None, None, 0]


def test_five_idle_working_days_are_an_alert_unless_work_was_stopped(bench: Bench) -> None:
    """The 17th to the 23rd are five working days and a weekend."""
    first = date(2026, 11, 17)
    bench.series.write(seen(first - timedelta(days=1), 4.0))
    for n in range(7):
        bench.series.write(seen(first + timedelta(days=n), 0.0))
    for _ in range(10):
        tick(bench, 1)
    idle = [a for a in bench.alerts() if a.kind == "no_staff"]
    assert [(a.rule, a.value, a.state) for a in idle] == [("SR-IDLE-WEEK", 5.0, "firing")]
    start = datetime(2026, 11, 18, tzinfo=SHANGHAI)
    body = PermitIn(kind="work_stop", starts=start, ends=start + 24 * HOUR, number="停 1")
    do(bench, enter_permit, SITE, body)
    bench.restart()
    for _ in range(10):
        tick(bench, 1)
    assert [a.state for a in bench.alerts() if a.kind == "no_staff"] == ["resolved"]


def settle(bench: Bench) -> None:
    tick(bench)
    tick(bench, 2)


def test_what_follows_is_kept_told_once_and_ends_when_it_no_longer_holds(bench: Bench) -> None:
    with writing(bench.database) as session:
        session.add(
            HazardRecord(
                project_id=SITE, kind="pit_displacement", severity="suspected_major",
                description="x", found_by="a", found_on=TODAY, due=TODAY, state="notified",
                found_at=NOW, since=NOW,
            )
        )  # fmt: skip
    tick(bench)
    assert links(bench) == {}, "a batch of papers may not be whole yet"
    settle(bench)
    tick(bench, 60)
    assert "L3 milestone:topping-out" in links(bench)
    with reading(bench.database) as session:
        told = session.scalars(select(Notice.role).where(Notice.topic == "L3")).all()
    assert sorted(told) == ["chief_supervisor", "finance"]
    with writing(bench.database) as session:
        session.scalars(select(HazardRecord)).one().closed_on = TODAY
        session.get_one(Project, SITE).facts_version += 1
    tick(bench)
    assert "L3 milestone:topping-out" not in links(bench)


def test_a_zone_at_its_target_suggests_the_milestone_to_the_department(bench: Bench) -> None:
    with writing(bench.database) as session:
        project = session.get_one(Project, SITE)
        project.facts_version += 1
        session.get_one(Milestone, (SITE, "topping-out")).status = "planned"
    noon = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
    bench.series.write(
        [
            Point(SITE, "cam-tower", "progress.structure", noon - n * 24 * HOUR, percent)
            for n, percent in enumerate([36.0, 36.0, 30.0, 36.0])
        ]
    )
    settle(bench)
    assert links(bench)["L1 milestone:topping-out"].roles == ["department"]


def test_night_work_counts_nights_and_a_blind_camera_before_a_claim_asks_for_a_form(
    bench: Bench,
) -> None:
    bench.take(noise(58.0, range(180)))
    with writing(bench.database) as session:
        claim = Claim(
            project_id=SITE, title="主体封顶", milestone="topping-out", amount=100, wage_amount=10,
            claimed_percent=60.0, claimed_on=TODAY, payee_account="6222", state="finance_review",
            filed_by="dept", filed_at=NOW, evaluated_at=NOW, evaluated_version=99,
        )  # fmt: skip
        session.add(claim)
        session.flush()
        both = {"zh": "", "en": ""}
        session.add(
            FindingRecord(
                claim_id=claim.id, rule="FR-19", rule_version="1", title=both, severity="medium",
                action="review", formula=both, explanation=both, numbers=[], evidence=[],
                clears_when=both, basis="", trust="default", found_at=NOW,
            )
        )  # fmt: skip
    settle(bench)
    found = links(bench)
    assert "1 晚（2026-11-23）" in found["L8 night_work"].text["zh"]
    assert f"L5 claim:{claim.id}" in found


def test_months_before_the_first_measurement_are_not_known_and_blame_nobody(bench: Bench) -> None:
    settle(bench)
    assert not any(name.startswith("L10") for name in links(bench))
    with writing(bench.database) as session:
        for day, percent in ((date(2026, 8, 20), 10.0), (date(2026, 9, 20), 20.0)):
            session.add(
                Measurement(
                    project_id=SITE, work_item="structure", percent=percent, measured_on=day,
                    measured_by="chief", recorded_at=NOW,
                )
            )  # fmt: skip
        session.get_one(Project, SITE).facts_version += 1
    settle(bench)
    assert links(bench)["L10 talk"].roles == ["department", "supervisor"]
