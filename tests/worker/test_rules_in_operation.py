"""Rules changed, permits entered, alerts silenced and told while the worker runs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.messages import Health
from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point
from siteward_platform.act import acting
from siteward_platform.api.schemas.alerting import (
    EscalationIn,
    PermitIn,
    RuleOverrideIn,
    SilenceIn,
)
from siteward_platform.database.models import (
    AlertRecord,
    Claim,
    FindingRecord,
    HazardRecord,
    Link,
    Milestone,
    Notice,
    Project,
    RuleOverride,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.permits import enter_permit, revoke_permit
from siteward_platform.rule_overrides import put_override, remove_override
from siteward_platform.silences import end_silence, make_silence, set_escalation
from siteward_platform.site_days import site_days
from siteward_rules.money.hold_states import Actor
from tests.worker.site import NOW, SITE, TODAY, intrusion, set_up, status, telemetry
from tests.worker.test_judge import Bench, noise

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
KEEPER = Actor("keeper", "supervisor")


@pytest.fixture
def bench(sqlite_database: Engine, tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(sqlite_database, tmp_path)


@pytest.fixture
def any_bench(database: Engine, tmp_path: Path) -> Iterator[Bench]:
    yield from _bench(database, tmp_path)


def _bench(database: Engine, folder: Path) -> Iterator[Bench]:
    set_up(database)
    store = open_store(f"sqlite:///{folder / 'series.db'}")
    yield Bench(database, store, folder / "evidence")
    store.close()


def do(bench: Bench, action: Any, *args: Any) -> Any:
    with acting(bench.database, KEEPER, bench.now, lambda *_: None, 31) as act:
        return action(act, *args)


def override(bench: Bench, rule: str, **change: Any) -> None:
    do(bench, put_override, SITE, rule, RuleOverrideIn(reason="现场试验需要", **change))


def tick(bench: Bench, minutes: float = 0) -> None:
    bench.now += minutes * MINUTE
    bench.judge.tick()


def notices(bench: Bench) -> list[tuple[str, str, str]]:
    with reading(bench.database) as session:
        rows = session.scalars(select(Notice).order_by(Notice.id))
        told = [(n.topic, n.role, n.why) for n in rows]
    return [one for one in told if one[0] != "behind_schedule" and not one[0].startswith("L")]


def links(bench: Bench) -> dict[str, Link]:
    with reading(bench.database) as session:
        rows = session.scalars(select(Link).where(Link.until.is_(None)))
        return {f"{row.rule} {row.subject}": row for row in rows}


def moment(bench: Bench, load: float) -> Delivery:
    return telemetry("crane", [(bench.now, {"crane_moment_pct": load})])


def test_a_limit_changed_for_one_project_holds_with_the_next_message(any_bench: Bench) -> None:
    bench = any_bench
    bench.take(moment(bench, 60.0))
    assert bench.alerts() == []
    override(bench, "SR-CRANE-MOMENT-WARN", limit={"value": 50, "unit": "%"})
    bench.now += MINUTE
    bench.take(moment(bench, 60.0))
    (alert,) = bench.alerts()
    assert (alert.rule, alert.limit, alert.layer) == ("SR-CRANE-MOMENT-WARN", 50.0, "project")
    assert (alert.layers, alert.reasons) == ({"limit": "project"}, ["现场试验需要"])


def test_an_alert_whose_rule_is_switched_off_ends_with_the_reason(bench: Bench) -> None:
    bench.take(intrusion(NOW))
    override(bench, "SR-INTRUSION", enabled=False)
    tick(bench, 1)
    (alert,) = bench.alerts()
    assert (alert.state, alert.resolved_at) == ("resolved", NOW + MINUTE)
    assert alert.ended_because is not None and "现场试验需要" in alert.ended_because["zh"]
    bench.take(intrusion(NOW + 2 * MINUTE, "t2"))
    assert len(bench.alerts()) == 1
    do(bench, remove_override, SITE, "SR-INTRUSION")
    bench.take(intrusion(NOW + 3 * MINUTE, "t3"))
    assert [a.state for a in bench.alerts()] == ["resolved", "firing"]


def test_a_rule_that_went_away_while_the_worker_was_down_leaves_no_alert_firing(
    bench: Bench,
) -> None:
    bench.take(intrusion(NOW))
    override(bench, "SR-INTRUSION", enabled=False)
    bench.restart()
    tick(bench)
    assert [a.state for a in bench.alerts()] == ["resolved"]


def test_the_graver_rule_switched_off_leaves_the_lesser_one_firing(bench: Bench) -> None:
    for minute in range(10):
        bench.now = NOW + minute * MINUTE
        bench.take(moment(bench, 115.0))
    before = [a.state for a in bench.alerts()]
    assert before == ["firing"]
    override(bench, "SR-CRANE-MOMENT-ALARM", enabled=False)
    tick(bench)
    (alert,) = bench.alerts()
    assert (alert.state, alert.ended_because) == ("firing", None)


def test_a_project_that_moves_to_another_province_has_its_rules_at_once(bench: Bench) -> None:
    with writing(bench.database) as session:
        project = session.get_one(Project, SITE)
        project.region, project.rules_version = "河北", 2
    dusty = [(NOW - n * MINUTE, {"pm10": 100.0}) for n in range(60, -1, -5)]
    bench.take(telemetry("dust", dusty))
    (alert,) = bench.alerts()
    assert (alert.rule, alert.layer, alert.limit) == ("SR-DUST-HEBEI-PM10", "city", 80.0)


def test_a_permit_for_the_night_makes_the_rule_stand_aside_until_it_is_revoked(
    bench: Bench,
) -> None:
    night = datetime(2026, 11, 23, 22, 0, tzinfo=SHANGHAI)
    body = PermitIn(kind="night_work", starts=night, ends=night + 8 * HOUR, number="夜 1")
    permit = do(bench, enter_permit, SITE, body)
    bench.take(noise(58.0, range(60)))
    assert bench.alerts() == []
    bench.now = night + 2 * HOUR
    do(bench, revoke_permit, permit.id, "许可被撤回")
    bench.now = NOW
    bench.take(noise(58.0, range(60, 180)))
    (alert,) = bench.alerts()
    assert alert.started_at >= night + 2 * HOUR


def test_a_permit_of_one_zone_is_none_of_another(bench: Bench) -> None:
    tick(bench)
    body = PermitIn(kind="night_work", zone="structure", starts=NOW, ends=NOW + HOUR, number="1x")
    do(bench, enter_permit, SITE, body)
    tick(bench)
    rules = bench.judge._rules
    assert rules is not None
    held = [rules.valid(SITE, "night_work", zone, NOW) for zone in ("structure", "pit", None)]
    assert held == [True, False, False]
    assert not rules.valid(SITE, "night_work", "structure", NOW + HOUR)


def test_people_are_told_once_then_by_role_and_time_and_again_until_acknowledged(
    any_bench: Bench,
) -> None:
    bench = any_bench
    tick(bench)
    bench.take(intrusion(NOW, kind="person_under_load"))
    tick(bench, 0.1)
    tick(bench, 0.1)
    assert notices(bench) == [("person_under_load", "inspector", "new")]
    bench.restart()
    tick(bench, 30)
    assert notices(bench)[1:] == [("person_under_load", "supervisor", "escalation")]
    with writing(bench.database) as session:
        alert = session.scalars(
            select(AlertRecord).where(AlertRecord.kind == "person_under_load")
        ).one()
        assert alert.noticed_at == NOW + 0.1 * MINUTE
        alert.acknowledged_by, alert.acknowledged_at = "inspector", bench.now
    tick(bench, 600)
    assert len(notices(bench)) == 2


def test_a_street_sets_its_own_escalation(bench: Bench) -> None:
    steps = [{"role": "finance", "after_minutes": 0}]
    body = EscalationIn.model_validate({"steps": steps, "repeat_minutes": 60})
    do(bench, set_escalation, "general", body)
    bench.take(intrusion(NOW))
    tick(bench)
    assert notices(bench) == [("intrusion", "finance", "new")]


def test_a_silence_mutes_and_says_so_and_its_early_end_tells_at_once(bench: Bench) -> None:
    matchers = [{"field": "device", "pattern": "cam-*"}]
    body = SilenceIn.model_validate(
        {"matchers": matchers, "reason": "摄像机检修", "ends": NOW + 8 * HOUR}
    )
    silence = do(bench, make_silence, body)
    bench.take(intrusion(NOW))
    tick(bench)
    assert notices(bench) == [] and bench.alerts()[0].silenced_by == silence.id
    bench.now += HOUR
    do(bench, end_silence, silence.id)
    tick(bench)
    assert notices(bench) == [("intrusion", "inspector", "new")]
    assert bench.alerts()[0].silenced_by is None


def test_an_agent_offline_is_one_notice_and_its_camera_none(bench: Bench) -> None:
    bench.take(status(NOW - MINUTE, online=True, health=Health.OK))
    bench.take(intrusion(NOW, kind="camera_offline", zone=None), intrusion(NOW, "t2"))
    bench.take(status(NOW, online=False))
    for _ in range(8):
        tick(bench, 1)
    alerts = {alert.kind: alert for alert in bench.alerts()}
    assert alerts["camera_offline"].inhibited_by == alerts["device_offline"].id
    assert alerts["intrusion"].inhibited_by is None, "what it saw stays"
    told = {topic for topic, _, _ in notices(bench)}
    assert {"device_offline", "intrusion"} <= told


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
    tick(bench)
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
    tick(bench)
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
    tick(bench)
    found = links(bench)
    assert "1 晚（2026-11-23）" in found["L8 night_work"].text["zh"]
    assert f"L5 claim:{claim.id}" in found


def test_a_change_that_newer_packs_no_longer_bear_is_left_out_and_the_rest_goes_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    override(bench, "SR-CRANE-MOMENT-WARN", limit={"value": 50, "unit": "%"})
    with writing(bench.database) as session:
        for rule, change in (
            ("SR-DUST-TSP", {"limit": {"value": 1, "unit": "mg/m³"}}),
            ("SR-GONE", {"enabled": False}),
            ("SR-NO-HELMET", {"hours": "soon"}),
        ):
            session.add(
                RuleOverride(
                    project_id=SITE, rule=rule, change=change, reason="为何", set_by="x", set_at=NOW
                )
            )
    bench.take(moment(bench, 60.0))
    assert [a.limit for a in bench.alerts()] == [50.0]
    told = [record.getMessage().split(":")[1].strip() for record in caplog.records]
    assert told == [f"{SITE} SR-DUST-TSP", f"{SITE} SR-GONE", f"{SITE} SR-NO-HELMET"]
