"""The exam on simulated sites: how it counts, and a small piece of it for real."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from siteward_contracts.messages import Detection, Model, Progress
from siteward_simulators.scorecard.rendered_replay import ReplayError, replayed
from siteward_simulators.scorecard.rendered_score import (
    Rendered,
    progress_error,
    score_faults,
    score_incidents,
)
from siteward_simulators.scorecard.rendered_streams import Planted
from siteward_simulators.scorecard.vision_rendered import Exam, examine
from siteward_simulators.world.hazards import Episode

T0 = datetime(2026, 11, 24, 2, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def told(kind: str, track: str, ts: float, end: float | None = None) -> list[Detection]:
    def one(phase: str, when: float) -> Detection:
        return Detection(
            id=f"{track}-{phase}".ljust(16, "0"),
            ts=at(when),
            kind=kind,
            phase="begin" if phase == "begin" else "end",
            confidence=1,
            track=track,
            box=(0, 0, 1, 1),
            model=Model(name="m", version="1"),
            first_seen=at(ts - 2),
            last_seen=at(when) if phase == "end" else None,
        )

    return [one("begin", ts)] + ([one("end", end)] if end is not None else [])


def episode(kind: str, start: float, end: float) -> Episode:
    return Episode(kind, "cam", None, at(start), at(end), 0.5)


def test_faults_told_in_time_late_not_at_all_and_without_reason() -> None:
    planted = [
        Planted("black", at(0), at(75)),
        Planted("blurred", at(1000), at(1075)),
        Planted("moved", at(2000), at(2075)),
    ]
    messages = (
        told("camera_blind", "a", 4, 80)
        + told("camera_blurred", "b", 1070)
        + told("camera_moved", "c", 500)
    )
    result = Rendered()
    score_faults("cam", messages, planted, result)
    assert result.delays == {"black": [4.0], "blurred": [70.0], "moved": [None]}
    assert len(result.false_faults) == 1
    assert "camera_moved" in result.false_faults[0]
    assert [f.split(":")[0] for f in result.failures()] == ["false fault", "blurred", "moved"]


def test_incidents_are_matched_by_kind_and_time() -> None:
    truth = [episode("no_helmet", 10, 30), episode("fire_smoke", 50, 70)]
    messages = told("no_helmet", "a", 14, 33) + told("no_helmet", "b", 200, 210)
    result = Rendered()
    score_incidents("cam", truth, messages, at(300), result)
    helmets, fire = result.incidents["no_helmet"], result.incidents["fire_smoke"]
    assert (helmets.true, helmets.found, helmets.reported, helmets.right) == (1, 1, 2, 1)
    assert (fire.recall, fire.precision, fire.f1) == (0.0, None, 0.0)
    assert result.all_incidents.f1 == pytest.approx(0.5)
    assert len(result.wrong) == 2
    assert result.failures() == ["incidents: F1 0.500 is under 0.95"]


def test_progress_is_compared_every_evening_on_the_covered_weight() -> None:
    def measured(zone: str, ts: float, percent: float, uncertain: bool = False) -> Progress:
        return Progress(
            id=f"{zone}{ts}{uncertain}".ljust(16, "0"),
            ts=at(ts),
            zone=zone,
            state="s",
            percent=percent,
            confidence=1,
            coverage=1,
            method="m",
            uncertain=uncertain,
        )

    reports = [measured("a", 10, 40), measured("b", 20, 10), measured("a", 30, 90, uncertain=True)]
    evenings = {at(15): {"a": 40.0, "b": 10.0}, at(40): {"a": 44.0, "b": 8.0}}
    errors = progress_error(reports, evenings, {"a": 0.3, "b": 0.1})
    assert errors == [pytest.approx(-2.5)], "the first evening one zone has no state yet"


def test_a_small_piece_of_the_exam_holds(tmp_path: Path) -> None:
    exam = Exam(hours=0.1, sites=["road"], parts=["health"], faults=["black", "clock"])
    result = examine([31], exam, Console(quiet=True))
    assert result.failures() == []
    assert set(result.delays) == {"black", "clock"}
    assert json.loads(json.dumps(result.as_json()))["camera_hours"] == 0.1


def test_what_the_agent_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    config = tmp_path / "edge.yaml"
    config.write_text("site: School\n")
    with pytest.raises(ReplayError, match=r"edge\.yaml:1: site"):
        replayed(config, "cam", [], lambda: None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rendered", "x"], "write whole numbers"),
        (["--rendered", "3", "--site", "moon"], "no site moon"),
        (["--rendered", "3", "photos"], "either folders of pictures or --rendered"),
    ],
)
def test_wrong_options_are_refused_with_a_remedy(options: list[str], words: str) -> None:
    command = [sys.executable, "-m", "siteward_cli", "scorecard", "vision", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr
