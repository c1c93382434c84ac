"""`siteward edge check` and `preview`, as an installer types them."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml

from siteward_contracts.clock import utc_now
from siteward_contracts.ids import new_id
from siteward_edge.check import machine, outcome
from siteward_edge.check.broker import round_trip
from siteward_edge.check.outcome import Check, CheckError, Found, outcomes
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.config.delivery import OutboxFile
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.evidence.device_key import make_key
from tests import servers
from tests.edge.delivery.certificates import Authority
from tests.edge.delivery.test_outbox import reading
from tests.edge.pictures import encode, scene
from tests.edge.test_agent import SITEWARD

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def write_config(folder: Path, **settings: object) -> Path:
    base = {
        "site": "school",
        "mqtt": "mqtt://127.0.0.1:1",
        "outbox": {"path": str(folder / "outbox.db"), "max_bytes": 1_000_000},
        "evidence": {"key": str(folder / "device.key")},
    }
    file = folder / "edge.yaml"
    file.write_text(yaml.safe_dump(base | settings), encoding="utf-8")
    return file


def config(folder: Path, **settings: object) -> EdgeConfig:
    return load_config(write_config(folder, **settings))


def siteward(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SITEWARD, "edge", *words], capture_output=True, text=True, check=False, timeout=60
    )


def camera(folder: Path) -> dict[str, Any]:
    clip = encode(folder / "site.mp4", [scene()] * 6)
    pit = {"id": "pit", "polygon": [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9], [0.5, 0.9]]}
    return {
        "device": "cam",
        "url": clip.as_uri(),
        "detector": {"kind": "rendered_scene"},
        "danger_zones": [pit],
        "mask": [[[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]],
    }


def test_checks_are_tried_beside_one_another_and_a_broken_one_says_why() -> None:
    def slow() -> Found:
        time.sleep(0.4)
        return Found("there")

    def broken() -> Found:
        raise CheckError("the cable is out; put it in")

    checks = [*(Check(f"slow-{n}", slow) for n in range(6)), Check("broken", broken)]
    began = time.monotonic()
    found = {o.name: o for o in outcomes(checks, (CheckError,))}
    assert time.monotonic() - began < 2, "one after the other they take 2.4"
    assert found["broken"].verdict == "fail"
    assert found["broken"].text == "the cable is out; put it in"
    assert found["slow-5"].verdict == "ok"


def test_a_check_that_hangs_is_named_and_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "PATIENCE", 0.3)
    forever = threading.Event()
    checks = [Check("hangs", lambda: Found(str(forever.wait()))), Check("fine", lambda: Found("y"))]
    found = {o.name: o for o in outcomes(checks, (CheckError,))}
    forever.set()
    assert found["fine"].verdict == "ok"
    assert "no answer within" in found["hangs"].text


@contextmanager
def guarded_broker(folder: Path, password: str) -> Iterator[int]:
    program = servers.program("mosquitto_passwd")
    folder.mkdir(parents=True)
    file = folder / "passwords"
    subprocess.run([program, "-c", "-b", str(file), "agent", password], check=True)
    # The later line wins over the first one's "true".
    extra = f"allow_anonymous false\npassword_file {file}"
    with servers.mosquitto(folder, extra=extra) as port:
        yield port


@pytest.mark.system
def test_a_message_goes_to_the_broker_and_back_with_the_agents_account(tmp_path: Path) -> None:
    with guarded_broker(tmp_path / "broker", "right") as port:
        good = config(tmp_path, mqtt=f"mqtt://agent:right@127.0.0.1:{port}")
        found = round_trip(good, utc_now, new_id, time.monotonic)
        assert "there and back in" in found.text
        bad = config(tmp_path, mqtt=f"mqtt://agent:wrong@127.0.0.1:{port}")
        with pytest.raises(CheckError, match="check user and password"):
            round_trip(bad, utc_now, new_id, time.monotonic)


@pytest.mark.system
def test_an_account_that_may_not_write_is_told_apart_from_a_dead_broker(tmp_path: Path) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic read siteward/#\n", encoding="utf-8")
    extra = f"acl_file {rights}"
    with servers.mosquitto(tmp_path / "broker", extra=extra) as port:
        settings = config(tmp_path, mqtt=f"mqtt://127.0.0.1:{port}")
        with pytest.raises(CheckError, match=r"does not come back; check the broker's ACL"):
            round_trip(settings, utc_now, new_id, time.monotonic)


# Paho leaves a socket to the garbage collector when the handshake fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.system
def test_a_broker_of_another_authority_is_not_believed(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path, "site-ca"), Authority(tmp_path, "other-ca")
    pair = authority.sign("broker")
    extra = f"cafile {authority.file}\ncertfile {pair.certificate}\nkeyfile {pair.key}"
    with servers.mosquitto(tmp_path / "broker", extra=extra) as port:
        url = f"mqtts://127.0.0.1:{port}"
        trusted = config(tmp_path, mqtt=url, link={"tls": {"ca": str(authority.file)}})
        assert "there and back" in round_trip(trusted, utc_now, new_id, time.monotonic).text
        deceived = config(tmp_path, mqtt=url, link={"tls": {"ca": str(other.file)}})
        with pytest.raises(CheckError, match=r"not believed.*is link\.tls\.ca the authority"):
            round_trip(deceived, utc_now, new_id, time.monotonic)
        plain = config(tmp_path, mqtt=f"mqtt://127.0.0.1:{port}")
        with pytest.raises(CheckError, match="does not speak MQTT"):
            round_trip(plain, utc_now, new_id, time.monotonic)


def test_a_disk_too_small_for_a_full_outbox_is_refused_with_what_would_fit(tmp_path: Path) -> None:
    fits = machine.disk(OutboxFile(path=tmp_path / "o.db", max_bytes=10**6), time.monotonic)
    assert "ms a write" in fits.text
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CheckError, match=r"free some, or lower outbox.max_bytes to \d"):
        machine.disk(OutboxFile(path=tmp_path / "o.db", max_bytes=10**15), time.monotonic)


def test_looking_makes_neither_outbox_nor_folder(tmp_path: Path) -> None:
    settings = OutboxFile(path=tmp_path / "edge/o.db", max_bytes=10**6)
    assert "not there yet" in machine.outbox(settings, NOW).text
    with pytest.raises(CheckError, match=r"does not exist; make it for the agent's user"):
        machine.disk(settings, time.monotonic)
    assert list(tmp_path.iterdir()) == []


def test_a_half_full_outbox_is_a_warning_and_says_what_was_given_up(tmp_path: Path) -> None:
    settings = OutboxFile(path=tmp_path / "o.db", max_bytes=100_000)
    box = Outbox(settings.path, settings.max_bytes)
    for hour in range(12):  # all but the last are reduced to their extremes
        box.put([reading("dust", hour * 3600 + n, pm10=1.0) for n in range(150)])
    box.put([reading("dust", 14 * 3600 + n, pm10=1.0) for n in range(150)])
    box.close()
    found = machine.outbox(settings, NOW + timedelta(days=3))
    assert found.warning
    assert "the oldest for 3 days" in found.text
    assert "thinned " in found.text


def test_a_clock_nobody_keeps_or_that_is_far_off_is_a_warning() -> None:
    assert machine.clock(None).warning
    assert machine.clock(-7.5).warning
    good = machine.clock(0.0123)
    assert (good.text, good.warning) == ("+12.3 ms against its time server", False)


@pytest.mark.system
def test_everything_is_told_as_json_with_a_picture_of_each_camera(tmp_path: Path) -> None:
    make_key(tmp_path / "device.key")
    with servers.mosquitto(tmp_path / "broker") as port:
        url = f"mqtt://127.0.0.1:{port}"
        broken = camera(tmp_path) | {"device": "gone", "url": (tmp_path / "gone.mp4").as_uri()}
        file = write_config(tmp_path, mqtt=url, cameras=[camera(tmp_path), broken])
        done = siteward("check", str(file), "--json", "--pictures", str(tmp_path / "pictures"))
    assert done.stderr == ""
    found = {row["name"]: row for row in json.loads(done.stdout)}
    assert list(found) == ["disk", "outbox", "clock", "key", "mqtt", "cam", "gone"]
    assert {name: row["verdict"] for name, row in found.items() if name != "clock"} == {
        "disk": "ok",
        "outbox": "ok",
        "key": "ok",
        "mqtt": "ok",
        "cam": "ok",
        "gone": "fail",
    }
    assert done.returncode == 1
    picture = cv2.imread(found["cam"]["picture"])
    assert picture is not None
    assert picture.shape == (360, 640, 3)
    assert picture[:60, :100].max() < 12, "what is hidden is hidden here too"


def test_a_preview_shows_zones_and_verdict_over_the_picture(tmp_path: Path) -> None:
    file = write_config(tmp_path, cameras=[camera(tmp_path)])
    output = tmp_path / "preview.png"
    done = siteward("preview", str(file), "cam", "-o", str(output))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("cam: 640x360, ok, rendered-scene")
    drawn = cv2.imread(str(output))
    assert drawn is not None
    bar = drawn.shape[0] - 360
    assert bar >= 18, "the bar hides nothing of the picture"
    left = drawn[bar + 250, 320].tolist()
    assert left[2] > 180 > left[1], f"the danger zone's left edge is red, not {left}"
    assert not (tmp_path / "outbox.db").exists(), "looking makes no outbox"

    wrong = siteward("preview", str(file), "cam-2")
    assert wrong.returncode == 1
    assert "no camera 'cam-2'; known: cam" in wrong.stderr
