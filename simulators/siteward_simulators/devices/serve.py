"""Runs every device of every simulated site until cancelled."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import cv2
from aiohttp import web

from siteward_contracts.clock import Clock
from siteward_simulators.devices.camera_stream import camera_app
from siteward_simulators.devices.crane import run_crane
from siteward_simulators.devices.film import Film
from siteward_simulators.devices.hj212_box import run_box
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.devices.rtsp import relay
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.state import SiteState
from siteward_simulators.world.world import World

SIZE: Final = (960, 540)
"""Of the pictures: people at the horizon still have helmets of five pixels."""


async def run_devices(
    worlds: Mapping[str, World],
    scenarios: Sequence[Scenario],
    ports: DevicePorts,
    clock: Clock,
) -> None:
    """Serves cameras, boxes and cranes until the task is cancelled.

    Args:
        worlds: Site to its world.
        scenarios: One per site.
        ports: Where to listen and to connect.
        clock: The instant the world is asked for.

    Raises:
        OSError: A port is taken.
        RuntimeError: The RTSP server ended by itself.
    """
    cv2.setNumThreads(1)  # frames are small: more threads per frame only cost
    films: dict[str, Film] = {}
    async with asyncio.TaskGroup() as group:
        for scenario in scenarios:
            site = scenario.site
            ask = partial(_now, worlds[site], clock)
            for camera in scenario.cameras:
                scene = scene_of(scenario, camera.id, *SIZE)
                films[f"{site}/{camera.id}"] = Film(scene, ask, clock)
            if scenario.dust_box and site in ports.hj212:
                group.create_task(run_box(scenario.dust_box.mn, ports.hj212[site], ask, clock))
            if scenario.crane and (port := ports.modbus.get(f"{site}/{scenario.crane.id}")):
                group.create_task(run_crane(port, ask))
        group.create_task(_serve_cameras(films, ports))


def _now(world: World, clock: Clock) -> SiteState:
    return world.at(clock())


async def _serve_cameras(films: dict[str, Film], ports: DevicePorts) -> None:
    runner = web.AppRunner(camera_app(films), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", ports.http).start()
        if ports.rtsp is None:
            await asyncio.Event().wait()
        else:
            await relay(ports.rtsp, ports.http, list(films))
    finally:
        await runner.cleanup()
