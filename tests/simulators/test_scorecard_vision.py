"""The photo scorecard: its arithmetic on made-up answers, and the whole command on photos."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from siteward_simulators.scorecard.detections import Found, FoundPerson
from siteward_simulators.scorecard.labels import Box, Label, LabelError, photos
from siteward_simulators.scorecard.photo_score import PhotoScore, head_owners, together
from tests.edge.pictures import VISION, vision

LEFT: Box = (0.1, 0.2, 0.2, 0.6)
RIGHT: Box = (0.6, 0.2, 0.2, 0.6)
LEFT_HEAD: Box = (0.17, 0.2, 0.06, 0.08)
RIGHT_HEAD: Box = (0.67, 0.2, 0.06, 0.08)


def found(*people: FoundPerson, things: tuple[tuple[str, Box], ...] = ()) -> Found:
    return Found((500, 500), people, things, 0.1)


def score(labels: list[Label], answer: Found) -> PhotoScore:
    total = PhotoScore()
    total.add(labels, answer)
    return total


def test_a_bare_head_told_is_found_and_right() -> None:
    labels = [Label("head", LEFT_HEAD), Label("helmet", RIGHT_HEAD)]
    answer = found(FoundPerson(LEFT, False), FoundPerson(RIGHT, True))
    bare = score(labels, answer).bare
    assert (bare.true, bare.found, bare.reported, bare.right) == (1, 1, 1, 1)


def test_a_helmet_called_missing_is_a_false_alarm() -> None:
    total = score([Label("helmet", LEFT_HEAD)], found(FoundPerson(LEFT, False)))
    assert (total.bare.true, total.bare.reported, total.bare.right) == (0, 1, 0)


def test_somebody_who_is_not_there_cannot_lack_a_helmet() -> None:
    total = score([], found(FoundPerson(LEFT, False)))
    assert (total.bare.reported, total.bare.right) == (1, 0)


def test_what_was_left_untold_is_no_miss_and_counted() -> None:
    labels = [Label("head", LEFT_HEAD), Label("head", RIGHT_HEAD)]
    total = score(labels, found(FoundPerson(LEFT, None), FoundPerson(RIGHT, True)))
    assert (total.bare.true, total.bare.found) == (1, 0)
    assert total.unknown_share == 0.5
    assert total.bare.recall == 0.0


def test_a_helmet_is_found_where_the_label_has_it_and_once() -> None:
    inside: Box = (0.175, 0.2, 0.05, 0.04)
    things = (("helmet", inside), ("helmet", inside), ("helmet", RIGHT_HEAD), ("vest", LEFT))
    helmet = score([Label("helmet", LEFT_HEAD)], found(things=things)).things["helmet"]
    assert (helmet.true, helmet.found, helmet.reported, helmet.right) == (1, 1, 3, 1)


def test_people_and_heads_are_counted_by_their_height() -> None:
    labels = [Label("person", LEFT), Label("person", (0.5, 0.5, 0.02, 0.03))]
    total = score([*labels, Label("head", LEFT_HEAD)], found(FoundPerson(LEFT, None)))
    plain = total.as_json()
    assert plain["person_recall_by_height"] == {
        "0-20": {"true": 1, "found": 0, "recall": 0.0},
        "160+": {"true": 1, "found": 1, "recall": 1.0},
    }
    assert plain["person_recall_by_head_height"] == {"40-80": {"true": 1, "found": 1, "recall": 1}}


def test_each_head_is_one_persons_the_nearest() -> None:
    people = [FoundPerson((0.1, 0.2, 0.4, 0.6), None), FoundPerson((0.3, 0.2, 0.4, 0.6), None)]
    heads: list[Box] = [(0.45, 0.2, 0.1, 0.1), (0.25, 0.2, 0.1, 0.1), (0.3, 0.7, 0.1, 0.1)]
    assert head_owners(heads, people) == {0: 1, 1: 0}


def test_floors_are_judged_over_all_folders_and_only_where_there_are_labels() -> None:
    good = score([Label("helmet", LEFT_HEAD)], found(things=(("helmet", LEFT_HEAD),)))
    assert good.failures() == []
    bad = score(
        [Label("helmet", LEFT_HEAD), Label("head", RIGHT_HEAD)], found(FoundPerson(RIGHT, None))
    )
    assert bad.failures() == [
        "helmet recall 0.000 is under 0.80",
        "bare heads left untold 1.000 is not under 0.35",
    ]
    both = together([good, bad])
    assert both.things["helmet"].recall == 0.5
    assert both.pictures == 2


def folder(
    tmp_path: Path, labels: str, classes: str | None = "Hardhat\nNO-Hardhat\nMast\n"
) -> Path:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "b.jpg").touch()
    (tmp_path / "a.txt").write_text(labels, encoding="utf-8")
    if classes is not None:
        (tmp_path / "classes.txt").write_text(classes, encoding="utf-8")
    return tmp_path


def test_labels_are_read_by_the_names_data_sets_give(tmp_path: Path) -> None:
    found = photos(folder(tmp_path, "0 0.5 0.5 0.2 0.4\n1 0.5 0.5 1 1\n\n2 0.1 0.1 0.1 0.1\n"))
    assert [photo.file.name for photo in found] == ["a.jpg"], "b has no labels"
    assert [label.kind for label in found[0].labels] == ["helmet", "head", "mast"]
    assert found[0].labels[0].box == pytest.approx((0.4, 0.3, 0.2, 0.4))


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ("0 0.5 0.5 0.2\n", "helmet\n", r"a.txt:1: .* write 'class x y width height'"),
        ("\n4 0.5 0.5 0.2 0.4\n", "helmet\n", "a.txt:2: .* classes from 0 to 0"),
        ("zero 0.5 0.5 0.2 0.4\n", "helmet\n", "a.txt:1"),
        ("", None, r"classes.txt is absent: write there one class name a line"),
    ],
)
def test_labels_that_cannot_be_read_are_refused(
    tmp_path: Path, labels: str, classes: str | None, message: str
) -> None:
    with pytest.raises(LabelError, match=message):
        photos(folder(tmp_path, labels, classes))


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("helmet\n", encoding="utf-8")
    with pytest.raises(LabelError, match="holds no picture with a label file"):
        photos(tmp_path)
    with pytest.raises(LabelError, match="is not a folder"):
        photos(tmp_path / "none")


def scorecard(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "siteward_cli", "scorecard", "vision", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_floors_are_met_on_the_labelled_photos(tmp_path: Path) -> None:
    models, labelled = vision("models"), vision("photos/hardhat")
    output = tmp_path / "score.json"
    done = scorecard("--models", models, "--output", output, labelled)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all floors are met" in done.stdout
    measured = json.loads(output.read_text(encoding="utf-8"))["photos"]["hardhat"]
    assert measured["pictures"] == 13
    assert measured["counts"]["helmet"]["true"] == 42
    assert measured["helmet_recall"] >= 0.80
    assert measured["helmet_precision"] >= 0.90
    assert measured["counts"]["bare"]["right"] == measured["counts"]["bare"]["reported"] == 1


def test_a_detector_under_the_floors_fails(tmp_path: Path) -> None:
    models, labelled = vision("models"), vision("photos/cctv")
    done = scorecard("--models", models, "--output", tmp_path / "score.json", labelled)
    assert done.returncode == 1
    assert "helmet recall 0.000 is under 0.80" in done.stdout


def test_a_detector_that_cannot_run_says_why(tmp_path: Path) -> None:
    labelled = VISION / "photos/hardhat"
    vision("photos/hardhat")
    done = scorecard("--models", tmp_path, "--output", tmp_path / "score.json", labelled)
    assert done.returncode == 1
    assert "run 'siteward models fetch yolox-nano" in done.stderr
    assert not (tmp_path / "score.json").exists()
