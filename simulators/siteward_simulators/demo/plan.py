"""What a demo consists of: its folder, its ports, and the processes as data."""

import itertools
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from siteward_simulators.demo.broker import broker_command
from siteward_simulators.devices.ports import DevicePorts, write_ports
from siteward_simulators.world.scenario import Scenario

ADMIN_PASSWORD: Final = "siteward-demo"  # noqa: S105 - the demo listens on loopback only
BACKDATING_DAYS: Final = 400
"""The demo's past is filed on the day of its first start; production allows a month."""


class PlanError(Exception):
    """The demo cannot start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process: its name (also its log's), its command and what it adds to the environment."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """A prepared demo.

    Attributes:
        folder: Where everything is kept.
        port: Where the web app is served.
        mqtt_port: Where the broker listens.
        ports: Where the simulated devices are.
        seed: Draws the world.
        speed: How fast work grows once live.
        resumed: Whether the folder held an earlier start.
    """

    folder: Path
    port: int
    mqtt_port: int
    ports: DevicePorts
    seed: int
    speed: float
    resumed: bool

    @property
    def url(self) -> str:
        """The web app's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mqtt_url(self) -> str:
        """The broker's address."""
        return f"mqtt://127.0.0.1:{self.mqtt_port}"


def prepare(
    folder: Path,
    port: int,
    seed: int | None,
    speed: float,
    base_seed: int,
    sites: Sequence[Scenario],
    rtsp: bool,
) -> Plan:
    """Checks the folder and the port, and gives every listener one of its own.

    Args:
        folder: Data directory; made if it is not there.
        port: Port of the web app.
        seed: None takes the folder's, or the base seed in a new folder.
        speed: How fast work grows once live.
        base_seed: The seed of a new folder when none is asked for.
        sites: The simulated sites.
        rtsp: Whether this machine can serve RTSP.

    Raises:
        PlanError: The port is taken, or the folder belongs to another seed or purpose.
    """
    if not _free(port):
        raise PlanError(
            f"port {port} is in use; stop what listens there or choose another: --port {port + 1}"
        )
    kept = _kept_seed(folder)
    if kept is not None and seed is not None and seed != kept:
        raise PlanError(
            f"{folder} holds a demo of seed {kept}; leave --seed out to go on with it, "
            "or give another --data folder"
        )
    chosen = kept if kept is not None else base_seed if seed is None else seed
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo.json").write_text(json.dumps({"seed": chosen}) + "\n", encoding="utf-8")
    cranes = [f"{site.site}/{site.crane.id}" for site in sites if site.crane is not None]
    boxes = [site.site for site in sites if site.dust_box is not None]
    free = _free_ports(3 + len(cranes) + len(boxes), port)
    ports = DevicePorts(
        http=free[1],
        rtsp=free[2] if rtsp else None,
        hj212=dict(zip(boxes, free[3:], strict=False)),
        modbus=dict(zip(cranes, free[3 + len(boxes) :], strict=True)),
    )
    write_ports(ports, folder / "ports.json")
    return Plan(folder, port, free[0], ports, chosen, speed, kept is not None)


def services(plan: Plan) -> list[Child]:
    """Broker, server side and simulator, in the order they are started (and stopped in reverse)."""
    folder = plan.folder
    shared = {
        "SITEWARD_MQTT_URL": plan.mqtt_url,
        "SITEWARD_SERIES_URL": f"sqlite:///{folder / 'series.db'}",
        "SITEWARD_DATABASE_URL": f"sqlite:///{folder / 'siteward.db'}",
        "SITEWARD_EVIDENCE_DIR": str(folder / "evidence"),
        "SITEWARD_QUARANTINE": str(folder / "quarantine.db"),
        "SITEWARD_METRICS_PORT": "0",
    }
    api = {
        "SITEWARD_HTTP_HOST": "127.0.0.1",
        "SITEWARD_HTTP_PORT": str(plan.port),
        "SITEWARD_BACKDATING_DAYS": str(BACKDATING_DAYS),
        "SITEWARD_INITIAL_ADMIN_PASSWORD": ADMIN_PASSWORD,
    }
    simulate = [
        "simulate", "--data", str(folder), "--seed", str(plan.seed), "--speed", str(plan.speed),
        "--api", plan.url, "--mqtt", plan.mqtt_url, "--ports", str(folder / "ports.json"),
        "--keys", str(folder / "edge"),
    ]  # fmt: skip
    return [
        Child("broker", broker_command(folder / "broker", plan.mqtt_port), {}),
        Child("ingest", siteward("ingest"), shared),
        Child("worker", siteward("worker"), shared),
        Child("api", siteward("api"), {**shared, **api}),
        Child("simulate", siteward(*simulate), {"SITEWARD_DEMO_ADMIN_PASSWORD": ADMIN_PASSWORD}),
    ]


def migration(plan: Plan) -> Child:
    """The one command that must have run before the server side starts."""
    url = f"sqlite:///{plan.folder / 'siteward.db'}"
    return Child("migrate", siteward("db", "upgrade"), {"SITEWARD_DATABASE_URL": url})


def agents(configs: Mapping[str, Path]) -> list[Child]:
    """One edge agent per site, each from its own configuration file."""
    return [
        Child(f"edge-{site}", siteward("edge", "run", str(config)), {})
        for site, config in configs.items()
    ]


def siteward(*arguments: str) -> list[str]:
    """The command line of a subcommand in this environment."""
    return [sys.executable, "-m", "siteward_cli", *arguments]


def environment(child: Child) -> dict[str, str]:
    """The environment of a child; one OpenCV or BLAS thread each, since two cores are shared."""
    limits = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SITEWARD_")}
    return {**kept, **limits, **child.environment}


def _kept_seed(folder: Path) -> int | None:
    file = folder / "demo.json"
    if not file.exists():
        if folder.exists() and not folder.is_dir():
            raise PlanError(f"{folder} is a file; give a folder: --data demo-data")
        return None
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["seed"])
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError(
            f"{file} is not a demo's: {error}; give another --data folder, or delete this one"
        ) from error


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_ports(count: int, port: int) -> list[int]:
    """Ports below those the kernel gives to outgoing connections, which could take one meanwhile.

    Two demos look from different places, since their web apps' ports differ.
    """
    first, last = 20_000, 32_000
    start = port * 37 % (last - first)
    candidates = (first + (start + step) % (last - first) for step in range(last - first))
    return list(itertools.islice((c for c in candidates if c != port and _free(c)), count))
