"""The configuration of one site's edge agent, written from the scenario its devices follow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from siteward_simulators.devices.crane import REGISTERS, UNIT
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.world.drill import TOO_MANY
from siteward_simulators.world.scenario import Camera, Plot, Scenario

PROGRESS: Final = {
    "every_seconds": 6,
    "day": {"seconds": 6, "least": 1, "most": 1},
    "window": 5,
    "agree": 3,
    "report_seconds": 300,
    "usable": {"at_night": True, "in_rain": True},
}
"""A site's progress is judged by the day; a demo's visitor waits half a minute, at any hour."""
FPS: Final = 4
"""Pictures judged per second and camera: seven cameras share two cores with all the rest."""


def edge_config(scenario: Scenario, ports: DevicePorts, mqtt: str, outbox: Path) -> dict[str, Any]:
    """What the agent of a site is told, as plain values.

    Args:
        scenario: The site.
        ports: Where its devices are.
        mqtt: URL of the broker.
        outbox: SQLite file of the agent.
    """
    site = scenario.site
    config: dict[str, Any] = {
        "site": site,
        "agent": scenario.agent,
        "mqtt": mqtt,
        "outbox": {"path": str(outbox), "max_bytes": 200_000_000},
        "evidence": {"key": str(key_file(outbox.parent, site))},
        "cameras": [_camera(scenario, camera, ports) for camera in scenario.cameras],
    }
    if scenario.dust_box:
        config["hj212"] = {
            "listen": f"127.0.0.1:{ports.hj212[site]}",
            "devices": [{"mn": scenario.dust_box.mn, "device": scenario.dust_box.id}],
        }
    if scenario.crane:
        crane = scenario.crane.id
        config["modbus"] = [
            {
                "device": crane,
                "host": "127.0.0.1",
                "port": ports.modbus[f"{site}/{crane}"],
                "unit": UNIT,
                "every_seconds": 5,
                "registers": [
                    {"metric": r.metric, "address": r.address, "type": r.type, "scale": r.scale}
                    for r in REGISTERS
                ],
            }
        ]
    return config


def key_file(folder: Path, site: str) -> Path:
    """Where the agent of a site keeps its key."""
    return folder / f"device-{site}.key"


def write_edge_configs(
    scenarios: Sequence[Scenario], ports: DevicePorts, mqtt: str, folder: Path
) -> dict[str, Path]:
    """Writes ``edge-{site}.yaml`` for every site into a folder; returns site to file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for scenario in scenarios:
        outbox = folder / f"outbox-{scenario.site}.db"
        config = edge_config(scenario, ports, mqtt, outbox)
        file = folder / f"edge-{scenario.site}.yaml"
        text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
        file.write_text(f"# Written by the demo at every start.\n{text}", encoding="utf-8")
        files[scenario.site] = file
    return files


def _camera(scenario: Scenario, camera: Camera, ports: DevicePorts) -> dict[str, Any]:
    return {
        "device": camera.id,
        "url": ports.camera_url(scenario.site, camera.id),
        "detector": {"kind": "rendered_scene"},
        "fps": FPS,
        "zones": [
            {
                "id": zone.id,
                "polygon": [list(point) for point in zone.polygon],
                "bands": zone.bands,
                "weight": zone.weight,
                "states": [
                    {"code": s.code, "percent": s.percent, "pattern": list(s.pattern)}
                    for s in zone.states
                ],
            }
            for zone in scenario.zones_of(camera.id)
        ],
        "danger_zones": [
            {"id": zone.id, "polygon": [list(point) for point in zone.polygon]}
            for zone in scenario.danger_zones_of(camera.id)
        ],
        "progress": PROGRESS,
        "health": {"clock_url": ports.clock_url(scenario.site, camera.id)},
        "hazards": _hazards(scenario, camera),
    }


def _hazards(scenario: Scenario, camera: Camera) -> dict[str, Any]:
    """What is looked for beside clothes and danger zones; seconds, where a site takes minutes."""
    hazards: dict[str, Any] = {}
    if "fire_smoke" in scenario.look_for:
        hazards["fire_smoke"] = {"seconds": 4}
    if "night_work" in scenario.look_for:
        hazards["night_work"] = {}
    plots = [_area(plot) for plot in scenario.plots if plot.camera == camera.id]
    if plots:
        hazards["bare_soil"] = {"zones": plots, "every_seconds": 2, "cool_down_seconds": 6}
    places = [_area(place) for place in scenario.meeting_places if place.camera == camera.id]
    if places:
        hazards["crowding"] = {"zones": places, "people": TOO_MANY, "seconds": 5}
    return hazards


def _area(plot: Plot) -> dict[str, Any]:
    return {"id": plot.id, "polygon": [list(point) for point in plot.polygon]}
