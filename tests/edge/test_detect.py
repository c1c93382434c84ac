"""``siteward edge detect`` as somebody types it."""

import json
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner, Result

from siteward_edge.detect import detect
from tests.edge.pictures import VISION, vision


def run(*arguments: object) -> Result:
    vision("models")
    models = ["--models", str(VISION / "models"), "--model", "yolox-nano"]
    return CliRunner().invoke(detect, [*models, *map(str, arguments)])


def test_each_picture_is_a_line_of_json(tmp_path: Path) -> None:
    photos = VISION / "photos/hardhat"
    done = run("--ppe", "ppe14-yolov8n", "--json", photos / "hard_hat_workers075.jpg")
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert row["size"] == [640, 640]
    assert sorted(p["helmet"] for p in row["people"]) == [False, True, True, True]
    assert {thing["thing"] for thing in row["things"]} == {"helmet"}
    assert all(0 <= v <= 1 for p in row["people"] for v in p["box"])


def test_a_folder_is_looked_through_and_annotated(tmp_path: Path) -> None:
    folder = tmp_path / "yard"
    folder.mkdir()
    for name in ("a.jpg", "b.png"):
        cv2.imwrite(str(folder / name), np.full((90, 160, 3), 90, np.uint8))
    (folder / "notes.txt").write_text("not a picture", encoding="utf-8")
    done = run("--annotate", tmp_path / "seen", folder)
    assert done.exit_code == 0, done.output
    assert "yard/a.jpg" in done.stdout
    assert "yard/b.png" in done.stdout
    assert sorted(p.name for p in (tmp_path / "seen").iterdir()) == ["yard-a.jpg", "yard-b.jpg"]


def test_what_was_seen_is_drawn(tmp_path: Path) -> None:
    photo = VISION / "photos/hardhat/hard_hat_workers075.jpg"
    done = run("--ppe", "ppe14-yolov8n", "--annotate", tmp_path, photo)
    assert done.exit_code == 0, done.output
    before, after = (
        cv2.imread(str(photo)),
        cv2.imread(str(tmp_path / "hardhat-hard_hat_workers075.jpg")),
    )
    assert before is not None
    assert after is not None
    assert 0.005 < float((cv2.absdiff(before, after) > 40).mean()) < 0.2


def test_a_file_that_is_no_picture_is_named_and_the_others_are_seen(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "good.jpg"), np.full((90, 160, 3), 90, np.uint8))
    (tmp_path / "bad.jpg").write_bytes(b"not a picture")
    (tmp_path / "empty.jpg").touch()
    done = run("--json", tmp_path)
    assert done.exit_code == 1
    assert [Path(json.loads(line)["picture"]).name for line in done.stdout.splitlines()] == [
        "good.jpg"
    ]
    assert f"{tmp_path / 'bad.jpg'}: not a picture that can be read" in done.stderr
    assert f"{tmp_path / 'empty.jpg'}: not a picture that can be read" in done.stderr


def test_what_is_typed_wrong_is_answered(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    for arguments, message in (
        (["--tiles", "3", tmp_path], "write columns and rows from 1 to 6, e.g. 3x2"),
        (["--tiles", "7x1", tmp_path], "write columns and rows from 1 to 6"),
        (["--model", "yolox-nono", tmp_path], "did you mean 'yolox-nano'"),
        (["--model", "YOLOX Nano", tmp_path], "--model: String should match pattern"),
        (["--ppe", "fastestdet", tmp_path], "as ppe a model must find helmet or vest"),
        (["--threshold", "1.5", tmp_path], "1.5 is not in the range"),
        ([tmp_path / "none"], "does not exist"),
        ([VISION / "models"], "no pictures there"),
    ):
        done = run(*arguments)
        assert done.exit_code != 0
        assert message in done.output, done.output
