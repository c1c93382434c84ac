"""Anybody can ask why a finding or an alert is there, and gets every number."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_ingest.series import Point
from siteward_platform.act import acting
from siteward_platform.database.models import (
    AlertMember,
    AlertRecord,
    Evidence,
    Project,
    RuleOverride,
)
from siteward_platform.database.session import reading, writing
from siteward_platform.rule_sets import rule_set, shipped_packs
from siteward_platform.rule_tools.explain_command import command
from siteward_platform.worker.alerts import keep_alerts
from siteward_rules.money.holds import RULES
from siteward_rules.stream.engine import Engine, Observation
from tests.platform import kindergarten as k
from tests.platform.desk import Desk

RULE = "SR-NOISE-DAY"


@pytest.fixture
def configured(sqlite_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    url = sqlite_desk.database.url.render_as_string()
    monkeypatch.setenv("SITEWARD_DATABASE_URL", url)
    monkeypatch.setenv("SITEWARD_SERIES_URL", f"sqlite:///{tmp_path / 'series.db'}")
    return sqlite_desk


def explained(*arguments: str) -> str:
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def loud(desk: Desk) -> str:
    """An hour of noise over the project's own limit, judged as the worker does.

    Returns:
        The incident's name.
    """
    desk.setup()
    with writing(desk.database) as session:
        change = {"limit": {"value": 68, "unit": "dB(A)"}}
        session.add(
            RuleOverride(
                project_id=k.PROJECT,
                rule=RULE,
                change=change,
                reason="毗邻学校，专项方案从严",
                set_by="admin",
                set_at=desk.now,
            )
        )
    start = desk.now - timedelta(hours=1)
    seen = [(start + timedelta(minutes=n), 69.0) for n in range(60)]
    desk.series.write([Point(k.PROJECT, "box", "noise_laeq", ts, value) for ts, value in seen])
    with reading(desk.database) as session:
        rules = rule_set(session, session.get_one(Project, k.PROJECT), shipped_packs()).rules
    engine = Engine(rules)
    with acting(desk.database, RULES, desk.now, desk.publish, 31) as act:
        for ts, value in seen:
            keep_alerts(act, engine.feed(Observation(k.PROJECT, "box", "noise_laeq", ts, value)))
    with reading(desk.database) as session:
        names = [m.incident for m in session.query(AlertMember) if m.rule == RULE]
    assert len(names) == 1
    return names[0]


def test_a_finding_s_arithmetic_is_shown_whole(configured: Desk) -> None:
    claim = configured.anomalous_claim()
    findings = configured.claim(claim)["findings"]
    text = explained("finding:1")
    found = json.loads(explained("finding:1", "--json", "--no-page"))
    same = next(f for f in findings if f["rule"] == found["rule"])
    assert [n["value"] for n in found["numbers"]] == [n["value"] for n in same["numbers"]]
    assert found["claim"]["amount"] == "2900000.00"
    assert same["formula"]["zh"] in text
    assert same["explanation"]["zh"] in text
    assert same["clears_when"]["zh"] in text
    assert "still stands" in text
    assert f"# {found['rule']}" in text
    assert same["formula"]["en"] in explained("finding:1", "--english")


def test_an_alert_shows_its_condition_with_values_and_the_layer_that_won(configured: Desk) -> None:
    incident = loud(configured)
    text = explained(incident)
    assert "value > limit  that is  69 > 68" in text
    assert "limit by project" in text
    assert "毗邻学校，专项方案从严" in text
    assert "clears when: not (value > 68)" in text
    assert "in that window: count" in text
    found = json.loads(explained("alert:1", "--json"))
    [member] = [m for m in found["members"] if m["rule"] == RULE]
    assert member["layer"] == "project"
    assert member["window"] == {"count": 11, "min": 69, "max": 69, "energy_mean": 69}
    assert found["page"].startswith(f"# {RULE}")


def test_a_picture_s_signature_is_shown_as_it_is_worth(configured: Desk) -> None:
    loud(configured)
    sha256 = "ab" * 32
    with writing(configured.database) as session:
        member = session.query(AlertMember).first()
        assert member is not None
        session.get_one(AlertRecord, member.alert_id).evidence = sha256
        session.add(
            Evidence(
                sha256=sha256,
                project_id=k.PROJECT,
                device="cam-1",
                ts=configured.now,
                size=9,
                received_at=configured.now,
                seal="bad",
            )
        )
    assert f"{sha256}  signature: bad_signature" in explained("alert:1")


def test_without_the_time_series_only_what_was_measured_is_missing(
    configured: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = loud(configured)
    monkeypatch.delenv("SITEWARD_SERIES_URL")
    text = explained(incident)
    assert "69 > 68" in text
    assert "in that window" not in text


def test_a_rule_that_is_switched_off_says_so(configured: Desk) -> None:
    incident = loud(configured)
    with writing(configured.database) as session:
        override = session.get_one(RuleOverride, (k.PROJECT, RULE))
        override.change, override.reason = {"enabled": False}, "噪声仪送检"
    assert "not in force now: 噪声仪送检" in explained(incident)


def test_unknown_names_are_refused_with_what_to_name(configured: Desk) -> None:
    for name in ("finding:99", "alert:99", "99", "nonsense", "SR-X/p/box/1"):
        done = CliRunner().invoke(command, [name])
        assert done.exit_code == 1, name
        assert "finding" in done.output or "alert" in done.output, name


def test_an_empty_database_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITEWARD_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    done = CliRunner().invoke(command, ["finding:1"])
    assert done.exit_code == 1
    assert "siteward db upgrade" in done.output


def test_a_number_that_is_both_must_be_named(configured: Desk) -> None:
    loud(configured)
    configured.camera_history(blind_hours=41)
    configured.camera_sees("s2_formwork", 35)
    configured.file(k.CLAIM)
    done = CliRunner().invoke(command, ["1"])
    assert done.exit_code == 1
    assert "name finding:1 or alert:" in done.output
