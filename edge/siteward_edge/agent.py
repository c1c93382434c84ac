"""Everything an agent does, until told to stop. Wired by ``main``."""

import asyncio
import logging
import random
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Command, ConfigState, Health, Status
from siteward_contracts.topics import Kind, Topic
from siteward_edge.applied_settings import AppliedSettings
from siteward_edge.camera_thread import CameraThread, Settings, Surroundings, camera_thread
from siteward_edge.capture.pace import Budget
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.delivery.publisher import Callbacks, Publisher
from siteward_edge.evidence.device_key import DeviceKey
from siteward_edge.evidence.snapshot import Seal
from siteward_edge.live import Watches
from siteward_edge.progress.album import Album
from siteward_edge.progress.watch import Place
from siteward_edge.sensors import instruments
from siteward_edge.sensors.intake import Intake
from siteward_edge.service import Notify
from siteward_edge.vision.detectors import classifier_of, detector_of

log = logging.getLogger(__name__)

LOOK: Final = 0.5
"""Seconds between looks for a change of a camera's health, which is told at once."""
HANG: Final = timedelta(seconds=30)
"""Judging one picture takes far less, with tiles on a small processor too."""
JOIN: Final = 0.5
"""Seconds all cameras together get to finish the picture they are judging."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the outside gives: time, ids, chance, the agent's key and this software's version.

    ``notify`` tells systemd how the agent is.
    ``process_cpu`` and ``thread_cpu`` tell the processor seconds used so far, by all threads and by
    the one that asks. ``clock_offset`` is how many seconds the clock is ahead of the time server's, if known.
    """

    clock: Clock
    new_id: IdSource
    rng: random.Random
    version: str
    process_cpu: Callable[[], float]
    thread_cpu: Callable[[], float]
    key: DeviceKey
    clock_offset: Callable[[], float | None]
    notify: Notify


async def run(config: EdgeConfig, sources: Sources, stop: asyncio.Event) -> None:
    """Runs the agent; returns within three seconds after ``stop`` is set.

    Raises:
        ModelError: A camera's model cannot be used.
        OSError: The HJ 212 address cannot be bound.
    """
    outbox = Outbox(config.outbox.path, config.outbox.max_bytes)
    watches = Watches()
    settings = AppliedSettings(config, outbox)
    cameras: list[CameraThread] = []
    intake: Intake | None = None

    def status(online: bool = True) -> bytes:
        message = Status(
            id=sources.new_id(),
            ts=sources.clock(),
            online=online,
            agent=sources.version,
            outbox=outbox.depth,
            oldest=outbox.oldest(),
            counts=outbox.counts(),
            clock_offset=sources.clock_offset(),
            key=sources.key.public,
            config=settings.state,
            cameras=[camera.status() for camera in cameras] if online else [],
            sensors=intake.status() if online and intake else [],
        )
        return msgspec.json.encode(message)

    def tell() -> None:
        outbox.expire(sources.clock() - timedelta(days=config.outbox.max_days))
        publisher.publish_status(status())

    def asked(device: str, command: Command) -> None:
        watches.ask(device, command, sources.clock())

    def change(changed: Iterable[Camera]) -> None:
        threads = {thread.camera.device: thread for thread in cameras}
        ready = [Settings(c, detector_of(c, config.models), classifier_of(c)) for c in changed]
        for each in ready:
            threads[each.camera.device].change(each)

    def set_by_platform(payload: bytes) -> None:
        settings.take(payload, change)

    publisher = Publisher(
        config.mqtt,
        config.link,
        Topic(config.site, config.agent, Kind.STATUS),
        outbox,
        Callbacks(lambda: status(online=False), asked, set_by_platform),
        sources.clock,
        random.Random(sources.rng.random()),
    )
    try:
        cameras += _cameras(config, settings.cameras, sources, outbox, watches, publisher)
        async with instruments.listening(
            config, outbox, sources.clock, sources.new_id, sources.rng
        ) as intake:
            publisher.start()
            for camera in cameras:
                camera.start(random.Random(sources.rng.random()))
            await _look_after(
                publisher, cameras, settings, tell, config.status_seconds, sources, stop
            )
            await asyncio.to_thread(_stop_cameras, cameras)
        await asyncio.to_thread(publisher.stop, status(online=False))
    finally:
        outbox.close()


def _cameras(
    config: EdgeConfig,
    cameras: Iterable[Camera],
    sources: Sources,
    outbox: Outbox,
    watches: Watches,
    publisher: Publisher,
) -> list[CameraThread]:
    shared = Surroundings(
        site=config.site,
        outbox=outbox,
        watches=watches,
        publish_frame=publisher.publish_frame,
        clock=sources.clock,
        new_id=sources.new_id,
        telemetry_every=timedelta(seconds=config.status_seconds),
        budget=Budget(config.cpu.cores, sources.process_cpu, sources.clock()),
        thread_cpu=sources.thread_cpu,
        seal=Seal(sources.key, sources.clock_offset),
        place=Place(config.location, Album(config.pictures) if config.pictures else None),
    )
    return [
        camera_thread(camera, shared, detector_of(camera, config.models), classifier_of(camera))
        for camera in cameras
    ]


async def _look_after(
    publisher: Publisher,
    cameras: list[CameraThread],
    settings: AppliedSettings,
    tell: Callable[[], None],
    every: float,
    sources: Sources,
    stop: asyncio.Event,
) -> None:
    """Tells the status at intervals, after each connect, when health or settings change.

    The service's watchdog is fed while every camera's judging goes round.
    """
    told: tuple[bool, ConfigState | None, list[Health]] | None = None
    waited = 0.0
    sources.notify("READY=1")
    while not stop.is_set():
        if hanging := hung(cameras, sources.clock()):
            log.critical("the watchdog is not fed: judging hangs for %s", ", ".join(hanging))
        else:
            sources.notify("WATCHDOG=1")
        healths = [camera.watch.health for camera in cameras]
        now = (publisher.connected, settings.state, healths)
        if now != told or waited >= every:
            try:
                await asyncio.to_thread(tell)
            except sqlite3.Error:  # a failing disk is told to the log, and as long as it can be
                log.exception("the outbox cannot be read")
            told, waited = now, 0.0
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK)
        waited += LOOK
    sources.notify("STOPPING=1")


def hung(cameras: Iterable[CameraThread], now: datetime) -> list[str]:
    """The cameras whose judging thread stands still in something that does not return."""
    return [c.camera.device for c in cameras if c.beat is not None and now - c.beat > HANG]


def _stop_cameras(cameras: list[CameraThread]) -> None:
    for camera in cameras:
        camera.ask_to_stop()
    for camera in cameras:
        camera.join(JOIN / len(cameras))
