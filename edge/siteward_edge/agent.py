"""Everything an agent does, until told to stop. Wired by ``main``."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Command, Health, Status
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
from siteward_edge.sensors.hj212 import server as hj212_server
from siteward_edge.sensors.modbus import line as modbus
from siteward_edge.vision.detectors import classifier_of, detector_of

log = logging.getLogger(__name__)

LOOK: Final = 0.5
"""Seconds between looks for a change of a camera's health, which is told at once."""
JOIN: Final = 0.5
"""Seconds all cameras together get to finish the picture they are judging."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the outside gives: time, ids, chance, the agent's key and this software's version.

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
    server: asyncio.Server | None = None

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
        )
        return msgspec.json.encode(message)

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
        if config.hj212 is not None:
            server = await hj212_server.serve(config.hj212, config.site, outbox, sources.clock)
        polls = [
            asyncio.create_task(
                modbus.poll(device, config.site, outbox, sources.clock, sources.new_id, sources.rng)
            )
            for device in config.modbus
        ]
        publisher.start()
        for camera in cameras:
            camera.start(random.Random(sources.rng.random()))
        await _report_status(publisher, cameras, status, config.status_seconds, stop)
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
        await asyncio.to_thread(_stop_cameras, cameras)
        await asyncio.to_thread(publisher.stop, status(online=False))
    finally:
        if server is not None:
            server.close()
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


async def _report_status(
    publisher: Publisher,
    cameras: list[CameraThread],
    status: Callable[[], bytes],
    every: float,
    stop: asyncio.Event,
) -> None:
    """Tells the status at intervals, after each connect and when a camera's health changes."""
    told: tuple[bool, list[Health]] | None = None
    waited = 0.0
    while not stop.is_set():
        now = (publisher.connected, [camera.watch.health for camera in cameras])
        if now != told or waited >= every:
            await asyncio.to_thread(publisher.publish_status, status())
            told, waited = now, 0.0
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK)
        waited += LOOK


def _stop_cameras(cameras: list[CameraThread]) -> None:
    for camera in cameras:
        camera.ask_to_stop()
    for camera in cameras:
        camera.join(JOIN / len(cameras))
