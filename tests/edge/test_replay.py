"""``siteward edge replay``: recorded pictures through the agent's pipeline, as a user runs it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from tests.edge.pictures import scene, with_clock

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
BLACK = np.zeros((360, 640, 3), np.uint8)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "edge.yaml"
    camera = {"device": "cam-1", "url": "file:///unused", "detector": {"kind": "rendered_scene"}}
    settings = {
        "site": "park",
        "mqtt": "mqtt://127.0.0.1:1",
        "outbox": {"path": str(tmp_path / "outbox.db")},
        "cameras": [camera],
    }
    file.write_text(yaml.safe_dump(settings))
    return file


def jpeg(image: np.ndarray) -> bytes:
    return np.asarray(cv2.imencode(".jpg", image)[1]).tobytes()


def packet(seconds: float, picture: bytes) -> bytes:
    header = json.dumps({"ts": (T0 + timedelta(seconds=seconds)).isoformat()}).encode()
    payload = header + b"\n" + picture
    return len(payload).to_bytes(4, "big") + payload


def replay(config: Path, *options: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "siteward_cli", "edge", "replay", str(config)]
    return subprocess.run([*command, *options], input=stdin, capture_output=True, check=False)


def faults(output: bytes) -> list[tuple[str, str, str]]:
    lines: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    found = [line["message"] for line in lines if line["topic"].endswith("/detection")]
    return [(m["kind"], m["phase"], m["first_seen"]) for m in found]


def test_packets_on_standard_input_are_judged_at_their_times(config: Path, tmp_path: Path) -> None:
    said = []
    for second in range(40):  # seen, black, silent, seen again
        if second < 10 or second >= 30:
            said.append(packet(second, jpeg(with_clock(scene(), second))))
        else:
            said.append(packet(second, jpeg(BLACK) if second < 20 else b""))
    evidence = tmp_path / "pictures"
    done = replay(
        config, "--camera", "cam-1", "--evidence", str(evidence), "-", stdin=b"".join(said)
    )
    assert done.returncode == 0, done.stderr
    found = faults(done.stdout)
    assert found[:2] == [
        ("camera_blind", "begin", "2026-03-01T08:00:10Z"),
        ("camera_blind", "end", "2026-03-01T08:00:10Z"),
    ]
    headers = [
        json.loads(line)["message"] for line in done.stdout.splitlines() if b"/evidence" in line
    ]
    assert [file.stem for file in evidence.iterdir()] == [h["sha256"] for h in headers]


def test_a_folder_goes_on_where_the_memory_of_the_one_before_ends(
    config: Path, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.json"
    outputs = []
    for part, seconds, image in (("a", range(12), scene()), ("b", range(12, 24), BLACK)):
        folder = tmp_path / part
        folder.mkdir()
        for second in seconds:
            name = f"{T0 + timedelta(seconds=second):%Y%m%dT%H%M%SZ}.jpg"
            (folder / name).write_bytes(jpeg(with_clock(image, second)))
        done = replay(config, "--camera", "cam-1", "--memory", str(memory), str(folder))
        assert done.returncode == 0, done.stderr
        outputs.append(faults(done.stdout))
    assert outputs == [[], [("camera_blind", "begin", "2026-03-01T08:00:12Z")]]
    assert set(json.loads(memory.read_text())) == {"camera.cam-1", "view.cam-1"}


@pytest.mark.parametrize(
    ("options", "stdin", "words"),
    [
        (["--camera", "cam-9", "-"], b"", "no camera 'cam-9'; known: cam-1"),
        (["--camera", "cam-1", "-"], b"hallo", "packet 1: no length"),
        (["--camera", "cam-1", "-"], packet(0, b"xyz")[:-1], "packet 1: cut off"),
        (["--camera", "cam-1", "-"], b"\0\0\0\x03{}\n", "packet 1: "),
        (["--camera", "cam-1", "-"], packet(5, b"") + packet(4, b""), "packet 2: "),
        (["--camera", "cam-1", "-"], packet(0, b"no picture"), "1 of 1 pictures could not"),
    ],
    ids=["camera", "text", "cut off", "header", "backwards", "not a picture"],
)
def test_a_wrong_recording_is_refused_with_its_place(
    config: Path, options: list[str], stdin: bytes, words: str
) -> None:
    done = replay(config, *options, stdin=stdin)
    assert done.returncode == 1
    assert words in done.stderr.decode()


def test_a_folder_whose_names_are_no_times_is_refused(config: Path, tmp_path: Path) -> None:
    (tmp_path / "IMG_0001.jpg").write_bytes(b"")
    done = replay(config, "--camera", "cam-1", str(tmp_path))
    assert done.returncode == 1
    assert "IMG_0001.jpg: the name is no RFC 3339 time" in " ".join(done.stderr.decode().split())
