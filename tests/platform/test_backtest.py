"""A rule change tried on weeks of a real store shows what it would have done."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from siteward_contracts.clock import SHANGHAI
from siteward_ingest.open_store import open_store
from siteward_ingest.series import Point
from siteward_platform.database.models import AlertMember, AlertRecord, Permit, RuleOverride
from siteward_platform.database.session import open_database, writing
from siteward_platform.rule_tools.backtest_command import command
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok
from tests.platform.test_database import project

SITE = "p"
START = datetime(2026, 6, 1, tzinfo=SHANGHAI)
DAYS = 14
RULE = "SR-TRY-DUST"


def pack(limit: float, *more: str, name: str = "try-dust", rule: str = RULE) -> str:
    return f"""\
pack: {name}
version: "1"
layer: national
rules:
  - id: {rule}
    title: {{zh: 试用扬尘, en: Dust on trial}}
    when: {{metric: pm10, window: 15m, aggregate: mean}}
    limit: {{value: {limit:g}, unit: µg/m³}}
    condition: value > limit
    for: 5m
    hazard: dust
    severity: general
    source: {{doc: platform default, clause: "", trust: default}}
""" + "".join(more)


def peaks() -> list[tuple[datetime, float]]:
    """Minutes of a dust box: an hour at 200 every day, and an hour at 120 every day."""
    minutes = []
    for n in range(DAYS * 1440):
        at = START + timedelta(minutes=n)
        value = {9: 200.0, 15: 120.0}.get(at.hour, 40.0)
        minutes.append((at, value))
    return minutes


@pytest.fixture
def measured(tmp_path: Path, sqlite_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Weeks of one box in the embedded store, a third of the points weeks late, and its project."""
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    points = [Point(SITE, "box", "pm10", ts, value) for ts, value in peaks()]
    late = random.Random(7).sample(range(len(points)), len(points) // 3)
    chosen = set(late)
    store.write([point for n, point in enumerate(points) if n not in chosen])
    for first in range(0, len(late), 500):
        store.write([points[n] for n in late[first : first + 500]])
    store.close()
    with writing(sqlite_database) as session:
        session.add(project())
    monkeypatch.setenv("SITEWARD_DATABASE_URL", sqlite_database.url.render_as_string())
    monkeypatch.setenv("SITEWARD_SERIES_URL", f"sqlite:///{tmp_path / 'series.db'}")
    return sqlite_database


def run(*arguments: str) -> dict[str, Any]:
    days = ["--from", "2026-06-01", "--to", "2026-06-14", "--json"]
    done = CliRunner().invoke(command, [*arguments, *days])
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def write(folder: Path, text: str, name: str = "pack.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def alert(database: Engine, day: int, verdict: str | None, hour: int = 9, n: int = 0) -> None:
    started = START + timedelta(days=day, hours=hour, minutes=10)
    ended = started + timedelta(minutes=50)
    with writing(database) as session:
        record = AlertRecord(
            project_id=SITE, incident=f"dust/{day}", rule=RULE, kind="dust",
            title={"zh": "扬尘", "en": "Dust"}, severity="general", state="resolved",
            device="box", started_at=started, fired_at=started, resolved_at=ended,
            summary={"zh": "扬尘", "en": "Dust"}, verdict=verdict,
        )  # fmt: skip
        session.add(record)
        session.flush()
        session.add(
            AlertMember(
                incident=f"{RULE}/{SITE}/box/{day}/{hour}/{n}",
                alert_id=record.id,
                rule=RULE,
                severity="general",
                started_at=started,
                fired_at=started,
                resolved_at=ended,
                count=1,
            )
        )


def test_a_new_rule_tells_how_often_it_would_have_fired(measured: Engine, tmp_path: Path) -> None:
    found = run(write(tmp_path, pack(150)))
    [rule] = found["rules"]
    assert rule["now"]["incidents"] == 0
    assert (rule["tried"]["incidents"], rule["new"], rule["gone"]) == (DAYS, DAYS, 0)
    assert 0.5 * DAYS < rule["tried"]["hours"] < 1.5 * DAYS
    assert rule["sites"][SITE]["tried"]["incidents"] == DAYS


def test_late_data_counts_where_it_belongs(
    measured: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, pack(150))
    late = run(file)
    with_order = open_store(f"sqlite:///{tmp_path / 'in-order.db'}")
    with_order.write([Point(SITE, "box", "pm10", ts, value) for ts, value in peaks()])
    with_order.close()
    monkeypatch.setenv("SITEWARD_SERIES_URL", f"sqlite:///{tmp_path / 'in-order.db'}")
    assert run(file) == late


def test_a_change_that_doubles_the_alerts_is_shown_as_such(
    measured: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped(monkeypatch, tmp_path, pack(150))
    file = write(tmp_path, pack(100))
    [rule] = run(file)["rules"]
    assert (rule["now"]["incidents"], rule["tried"]["incidents"]) == (DAYS, 2 * DAYS)
    assert (rule["new"], rule["gone"]) == (DAYS, 0)
    assert rule["longer"] == DAYS
    shown = CliRunner().invoke(command, [file, "--from", "2026-06-01", "--to", "2026-06-14"])
    assert f"{RULE}: 14 -> 28 incidents, 2.00 times as many" in shown.stdout
    assert "100%" in shown.stderr


def test_a_stricter_rule_shows_which_verdicts_it_would_lose(
    measured: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(10):
        alert(measured, day, "confirmed")
        alert(measured, day, "false_alarm", hour=15)
    alert(measured, 11, None)
    alert(measured, 12, "cannot_tell")
    shipped(monkeypatch, tmp_path, pack(100))
    [rule] = run(write(tmp_path, pack(150)))["rules"]
    assert (rule["judged"]["confirmed"], rule["judged"]["false_alarms"]) == (10, 10)
    assert (rule["judged"]["unjudged"], rule["judged"]["cannot_tell"]) == (1, 1)
    assert rule["judged"]["precision"] == 0.5
    assert (rule["kept"]["confirmed"], rule["kept"]["false_alarms"]) == (10, 0)
    assert rule["kept"]["precision"] == 1.0
    assert (rule["new"], rule["gone"], rule["shorter"]) == (0, DAYS, DAYS)


def test_a_project_s_own_limit_and_permits_hold(
    measured: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    permitted = "    suppress_if: {permit: night_work}\n"
    text = pack(100, permitted)
    shipped(monkeypatch, tmp_path, text)
    with writing(measured) as session:
        session.add(
            RuleOverride(
                project_id=SITE,
                rule=RULE,
                reason="洒水降尘改造",
                set_by="admin",
                set_at=START,
                change={"limit": {"value": 150, "unit": "µg/m³"}},
            )
        )
        session.add(
            Permit(
                project_id=SITE,
                kind="night_work",
                zone=None,
                starts=START,
                ends=START + timedelta(days=7),
                number="1",
                document=None,
                entered_by="admin",
                entered_at=START,
            )
        )
    file = write(tmp_path, text)
    [own] = run(file)["rules"]
    assert (own["now"]["incidents"], own["tried"]["incidents"]) == (7, 7)
    [without] = run(file, "--no-project-overrides")["rules"]
    assert (without["now"]["incidents"], without["tried"]["incidents"]) == (7, 14)


def test_silence_and_facts(measured: Engine, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    noon = START + timedelta(days=3, hours=12)
    hours = [h for h in range(48) if not 5 <= h < 15]
    store.write([Point(SITE, "box", "noise_laeq", noon + timedelta(hours=h), 50.0) for h in hours])
    store.close()
    text = """\
pack: try-silence
version: "1"
layer: national
rules:
  - id: SR-TRY-SILENT
    title: {zh: 噪声无数据, en: No noise}
    when: {metric: noise_laeq, aggregate: no_data}
    limit: {value: 120, unit: min}
    condition: value > limit
    hazard: sensor_fault
    severity: general
    source: {doc: platform default, clause: "", trust: default}
  - id: SR-TRY-SPI
    title: {zh: 滞后, en: Late}
    when: {fact: spi}
    limit: {value: 0.8, unit: ""}
    condition: value < limit
    hazard: behind_schedule
    severity: general
    source: {doc: platform default, clause: "", trust: default}
"""
    found = run(write(tmp_path, text))
    [silent] = found["rules"]
    assert silent["tried"]["incidents"] == 2  # the gap, and after the last value
    assert "papers" in found["left_out"]["SR-TRY-SPI"]


def test_it_writes_nothing(measured: Engine, tmp_path: Path) -> None:
    engine = open_database(measured.url.render_as_string())
    written: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().split()[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        before = (tmp_path / "series.db").read_bytes()
        run(write(tmp_path, pack(150)))
        assert (tmp_path / "series.db").read_bytes() == before
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        engine.dispose()
    assert written == []


def test_wrong_inputs_are_refused_with_what_to_do(measured: Engine, tmp_path: Path) -> None:
    for arguments, words in (
        (["--from", "2026-06-09", "--to", "2026-06-01"], "is before --from"),
        (["--from", "2026-06-01", "--to", "2026-06-02", "--site", "nowhere"], "nowhere"),
        (["--from", "June", "--to", "2026-06-02"], "does not match the format"),
    ):
        done = CliRunner().invoke(command, [write(tmp_path, pack(150)), *arguments])
        assert done.exit_code != 0
        assert words in done.output


def test_a_pack_with_mistakes_is_not_tried(measured: Engine, tmp_path: Path) -> None:
    wrong = pack(150).replace("pm10", "pm100").replace("value > limit", "valu > limit")
    done = CliRunner().invoke(
        command, [write(tmp_path, wrong), "--from", "2026-06-01", "--to", "2026-06-02"]
    )
    assert done.exit_code == 1
    assert "no metric is called 'pm100'" in done.output


def shipped(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Another pack is in force, as if it came with Siteward."""
    from siteward_platform.rule_sets import shipped_packs
    from siteward_rules.language.rule_file import read_packs, shipped_files

    path = Path(write(folder, text, "in-force.yaml"))
    packs = tuple(read_packs([*shipped_files(), path]))
    assert len(packs) == len(shipped_packs()) + 1
    monkeypatch.setattr(
        "siteward_platform.rule_tools.backtest_command.shipped_packs", lambda: packs
    )


def test_the_api_tries_another_limit_on_a_rule_in_force(sqlite_desk: Desk, tmp_path: Path) -> None:
    desk = sqlite_desk
    desk.setup()
    first = datetime(2026, 6, 1, tzinfo=SHANGHAI)
    minutes = [first + timedelta(minutes=n) for n in range(3 * 1440)]
    levels = {9: 72.0, 15: 68.0}
    desk.series.write(
        [Point(k.PROJECT, "box", "noise_laeq", ts, levels.get(ts.hour, 50.0)) for ts in minutes]
    )
    url = "/api/v1/rules/SR-NOISE-DAY/backtest"
    asked: dict[str, str | int] = {"from": "2026-06-01", "to": "2026-06-03", "limit": 65}
    found = ok(desk.person("supervisor").get(url, params=asked))
    assert (found["limit"], found["unit"], found["tried_limit"]) == (70, "dB(A)", 65)
    assert (found["now"]["incidents"], found["tried"]["incidents"], found["new"]) == (3, 6, 3)
    assert [(d["now"], d["tried"]) for d in found["days"]] == [(1, 2)] * 3
    assert [site["project"] for site in found["sites"]] == [k.PROJECT]
    for changes, code in (
        ({"to": "2026-08-03"}, "bad_range"),
        ({"to": "2026-05-03"}, "bad_range"),
        ({"project": "nowhere"}, "no_such_project"),
        ({"limit": "nan"}, "invalid_request"),
    ):
        refused = desk.person("supervisor").get(url, params={**asked, **changes})
        assert refused.json()["code"] == code, changes
    unknown = desk.person("supervisor").get("/api/v1/rules/SR-NOWHERE/backtest", params=asked)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_rule")


def test_the_api_refuses_more_points_than_a_page_can_wait_for(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sqlite_desk
    desk.setup()
    monkeypatch.setattr("siteward_platform.api.views.rule_tools.MOST_POINTS", 100)
    first = datetime(2026, 6, 1, tzinfo=SHANGHAI)
    points = [first + timedelta(minutes=n) for n in range(101)]
    desk.series.write([Point(k.PROJECT, "box", "noise_laeq", ts, 50.0) for ts in points])
    asked: dict[str, str | int] = {"from": "2026-06-01", "to": "2026-06-01", "limit": 65}
    refused = desk.person("supervisor").get("/api/v1/rules/SR-NOISE-DAY/backtest", params=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_points")
