"""Rules changed, permits entered, alerts silenced and told while the worker runs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.messages import Health
from siteward_ingest.delivery import Delivery
from siteward_ingest.open_store import open_store
from siteward_platform.act import acting
from siteward_platform.api.schemas.alerting import (
    EscalationIn,
    PermitIn,
    RuleOverrideIn,
    SilenceIn,
)
from siteward_platform.database.models import (
    AlertRecord,
    Notice,
    Project,
    RuleOverride,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.permits import enter_permit, revoke_permit
from siteward_platform.rule_overrides import put_override, remove_override
from siteward_platform.silences import end_silence, make_silence, set_escalation
from siteward_rules.money.hold_states import Actor
from tests.worker.site import NOW, SITE, intrusion, set_up, status, telemetry
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
