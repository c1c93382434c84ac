"""The live wall: how old pictures are on the screen, and what 30 viewers of 16 cameras get.

The API is the process of production, on a real broker; the pictures are published by a process of
their own, so that nothing but the relay and the browser is measured. All on one machine.
"""

import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import cv2
import httpx
import numpy as np
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Page, expect, sync_playwright
from websockets.asyncio.client import connect

from siteward_contracts.framing import pack
from siteward_contracts.messages import FrameBox, FrameHeader
from siteward_ingest.open_store import open_store
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from tests.e2e.conftest import CHROMIUM
from tests.platform import kindergarten as k
from tests.servers import free_port, mosquitto, program, running, wait_for_port

CAMERAS: Final = 16
FPS: Final = 5.0
TILES: Final = 9
VIEWERS: Final = 30
SECONDS: Final = 20.0
PASSWORD: Final = "first password"
_START: Final = "from siteward_cli.main import main; main()"

_WATCH_SCREEN: Final = """
() => {
  window.lags = []; window.calls = [];
  const seen = new MutationObserver((changes) => {
    const at = changes.map((c) => Date.parse(c.target.dataset.ts));
    requestAnimationFrame(() => { for (const ts of at) window.lags.push(Date.now() - ts); });
  });
  for (const canvas of document.querySelectorAll(".wall-grid canvas")) {
    seen.observe(canvas, { attributeFilter: ["data-ts"] });
  }
  window.asking = setInterval(async () => {
    const began = performance.now();
    await fetch("/api/v1/overview");
    window.calls.push(performance.now() - began);
  }, 500);
}
"""


def wall() -> dict[str, float | int | str]:
    """Nine tiles in a browser, then thirty viewers of sixteen cameras."""
    with tempfile.TemporaryDirectory() as name, _platform(Path(name)) as (url, cookie):
        screen = _nine_tiles(url)
        crowd = asyncio.run(_thirty_viewers(url, cookie))
    return {
        "jpeg kB": round(len(_jpeg(0)) / 1000),
        "load average before": round(os.getloadavg()[0], 1),
        **screen,
        **crowd,
    }


@contextmanager
def _platform(folder: Path) -> Iterator[tuple[str, str]]:
    """The API with one project of sixteen cameras that send; its address and a session."""
    database = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(database)
    database.dispose()
    open_store(f"sqlite:///{folder / 'series.db'}").close()
    port = free_port()
    with mosquitto(folder / "broker") as broker:
        env = {
            **os.environ,
            "SITEWARD_DATABASE_URL": f"sqlite:///{folder / 'siteward.db'}",
            "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
            "SITEWARD_MQTT_URL": f"mqtt://127.0.0.1:{broker}",
            "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
            "SITEWARD_HTTP_PORT": str(port),
            "SITEWARD_INITIAL_ADMIN_PASSWORD": PASSWORD,
        }
        with (
            (folder / "api.log").open("wb") as log,
            running([sys.executable, "-c", _START, "api"], env=env, stderr=log) as process,
        ):
            wait_for_port(port, process, 60)
            url = f"http://127.0.0.1:{port}"
            cookie = _set_up(url)
            context = multiprocessing.get_context("spawn")
            cameras = context.Process(target=_send_pictures, args=(broker,), daemon=True)
            cameras.start()
            try:
                yield url, cookie
            finally:
                cameras.terminate()
                cameras.join(5)


def _set_up(url: str) -> str:
    """Sixteen cameras in one project; returns a session's cookie."""
    devices = [
        {"id": f"cam-{n}", "kind": "camera", "name": {"zh": f"{n} 号", "en": f"No. {n}"}}
        for n in range(1, CAMERAS + 1)
    ]
    with httpx.Client(
        base_url=f"{url}/api/v1", headers={"X-Requested-With": "siteward"}, timeout=30
    ) as api:
        api.post("/session", json={"username": "admin", "password": PASSWORD}).raise_for_status()
        setup = {**k.SETUP, "devices": devices}
        api.put(f"/projects/{k.PROJECT}", json=setup).raise_for_status()
        return "; ".join(f"{c.name}={c.value}" for c in api.cookies.jar)


def _jpeg(seed: int) -> bytes:
    """A 640x360 picture about as large as one of a site."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (45, 80, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC)
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert done
    return jpeg.tobytes()


def _send_pictures(broker: int) -> None:
    """Every camera sends five pictures a second, spread over the interval, for ever."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="bench-cameras")
    client.connect("127.0.0.1", broker)
    client.loop_start()
    pictures = [_jpeg(seed) for seed in range(8)]
    box = FrameBox(kind="no_helmet", box=(0.4, 0.3, 0.1, 0.3), confidence=0.9)
    step, number, due = 1 / (FPS * CAMERAS), 0, time.monotonic()
    while True:
        camera = number % CAMERAS + 1
        header = FrameHeader(
            id=f"{number:026d}", ts=datetime.now(UTC), width=640, height=360, boxes=[box]
        )
        payload = pack(header, pictures[number % len(pictures)])
        client.publish(f"siteward/v1/{k.PROJECT}/cam-{camera}/frame", payload)
        number, due = number + 1, due + step
        time.sleep(max(0.0, due - time.monotonic()))


def _nine_tiles(url: str) -> dict[str, float | int]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program("chromium"), args=CHROMIUM)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.set_default_timeout(60_000)
        _open_wall(page, url)
        page.evaluate(_WATCH_SCREEN)
        page.wait_for_timeout(SECONDS * 1000)
        lags, calls = page.evaluate("() => { clearInterval(asking); return [lags, calls]; }")
        chromium.close()
    return {
        "9 tiles: pictures on the screen per second and tile": round(
            len(lags) / SECONDS / TILES, 2
        ),
        "9 tiles: frame to screen p50 ms": round(median(lags)),
        "9 tiles: frame to screen p95 ms": round(_p95(lags)),
        "API calls meanwhile p50 ms": round(median(calls)),
        "API calls meanwhile p95 ms": round(_p95(calls)),
    }


def _open_wall(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_test_id("sign-in-username").fill("admin")
    page.get_by_test_id("sign-in-password").fill(PASSWORD)
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("account").wait_for()
    page.goto(f"{url}/live")
    expect(page.locator(".wall-grid canvas[data-drawn=true]")).to_have_count(TILES, timeout=60_000)


async def _thirty_viewers(url: str, cookie: str) -> dict[str, float | int]:
    """Thirty sockets that each watch all sixteen cameras; how old frames are when they come."""
    lags: list[float] = []
    headers = {"Cookie": cookie, "Origin": url}
    cameras = [f"{k.PROJECT}/cam-{n}" for n in range(1, CAMERAS + 1)]

    async def view() -> None:
        address = url.replace("http", "ws") + "/api/v1/live"
        async with connect(
            address, additional_headers=headers, max_size=None, compression=None
        ) as socket:
            await socket.send(json.dumps({"watch": cameras, "fps": FPS}))
            async for message in socket:
                if isinstance(message, bytes):
                    header: dict[str, Any] = json.loads(message[: message.index(b"\n")])
                    age = datetime.now(UTC) - datetime.fromisoformat(header["ts"])
                    lags.append(age.total_seconds() * 1000)

    viewers = [asyncio.create_task(view()) for _ in range(VIEWERS)]
    await asyncio.sleep(3)
    lags.clear()
    await asyncio.sleep(SECONDS)
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    return {
        "30 viewers: frames per second, camera and viewer": round(
            len(lags) / SECONDS / VIEWERS / CAMERAS, 2
        ),
        "30 viewers: frame to socket p50 ms": round(median(lags)),
        "30 viewers: frame to socket p95 ms": round(_p95(lags)),
    }


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
