"""``siteward simulate``: stands in for the sites, their devices and the offices' paper."""

import asyncio
import json
import logging
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from siteward_contracts.clock import utc_now
from siteward_contracts.config_file import ConfigError
from siteward_simulators.devices.edge_config import key_file
from siteward_simulators.devices.ports import DevicePorts, read_ports
from siteward_simulators.devices.serve import run_devices
from siteward_simulators.memory import Memory, OtherSeedError, recall
from siteward_simulators.office import Done, Office
from siteward_simulators.past import HISTORY, Story, Told
from siteward_simulators.publish import BrokerError, connect
from siteward_simulators.settings import OfficeSettings
from siteward_simulators.snapshot import snapshot
from siteward_simulators.story import tell
from siteward_simulators.world.anomalies import BASE_SEED, plant_all
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import SCENARIOS, load_scenario, load_scenarios
from siteward_simulators.world.truth import Truth
from siteward_simulators.world.world import World

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.option("--data", type=_FOLDER, help="Folder for the truth and the place in the story.")
@click.option("--seed", type=int, default=BASE_SEED, show_default=True, help="Draws the world.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100_000),
    default=1.0,
    show_default=True,
    help="How many times as fast work grows once live.",
)
@click.option("--api", default="http://127.0.0.1:8000", show_default=True)
@click.option("--mqtt", default="mqtt://127.0.0.1:1883", show_default=True)
@click.option("--ports", type=_FILE, help="JSON file of the devices' ports.")
@click.option("--keys", type=_FOLDER, help="Folder of the agents' keys, to sign the past with.")
@click.option("--scenarios", type=_FOLDER, default=SCENARIOS, help="Folder of scenario files.")
@click.option("--history/--no-history", default=True, help="Publish the ninety days before.")
@click.pass_context
def command(
    ctx: click.Context,
    data: Path | None,
    seed: int,
    speed: float,
    api: str,
    mqtt: str,
    ports: Path | None,
    keys: Path | None,
    scenarios: Path,
    history: bool,
) -> None:
    """Stand in for sites: their past, their devices, their paper."""
    if ctx.invoked_subcommand is not None:
        return
    if data is None or ports is None:
        raise click.UsageError("give --data and --ports, or the subcommand 'check'")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    data.mkdir(parents=True, exist_ok=True)
    try:
        sites = plant_all(load_scenarios(scenarios), seed)
        where = read_ports(ports)
        agent_keys = {s.site: _key(key_file(keys, s.site)) for s in sites} if keys else {}
        password = OfficeSettings().admin_password.get_secret_value()
        now = utc_now()
        kept = recall(data / "simulate.json", seed, now, now - HISTORY)
        asyncio.run(_run(data, sites, kept, speed, api, password, mqtt, where, agent_keys, history))
    except (ConfigError, OtherSeedError, BrokerError, ValueError) as error:
        if isinstance(error, ValidationError):
            raise click.ClickException("set SITEWARD_DEMO_ADMIN_PASSWORD") from error
        raise click.ClickException(str(error)) from error


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check scenario files; every mistake is named with its line and remedy."""
    wrong = 0
    for file in files:
        try:
            scenario = load_scenario(file)
        except ConfigError as error:
            wrong += len(error.problems)
            click.echo(str(error), err=True)
        else:
            click.echo(f"{file}: {scenario.site} is sound")
    if wrong:
        raise click.exceptions.Exit(1)


def _key(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise click.ClickException(
            f"{file}: {error.strerror}; enrol the agent, or leave --keys out"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise click.ClickException(f"{file} holds no Ed25519 key")
    return key


async def _run(
    data: Path,
    sites: Sequence[Scenario],
    kept: Memory,
    speed: float,
    api: str,
    password: str,
    mqtt: str,
    ports: DevicePorts,
    keys: Mapping[str, Ed25519PrivateKey],
    history: bool,
) -> None:
    worlds = {s.site: World(s, kept.seed, kept.anchor, speed) for s in sites}
    stop = threading.Event()
    stopped = asyncio.Event()

    def end() -> None:
        stop.set()
        stopped.set()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, end)
    office = Office(api, password, Done(data / "office-done.txt"), stop)
    truth = Truth(data / "truth.db")
    story = Story(
        sites,
        worlds,
        office,
        truth,
        data / "simulate.json",
        utc_now,
        stop,
        _report,
        snapshot,
        keys,
        Told(kept.told_until),
    )
    devices = asyncio.create_task(run_devices(worlds, sites, ports, utc_now), name="devices")
    telling = asyncio.create_task(_tell(story, kept, mqtt, history), name="story")
    waiting = asyncio.create_task(stopped.wait(), name="stop")
    try:
        done, _ = await asyncio.wait(
            {devices, telling, waiting}, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        stop.set()
    devices.cancel()
    waiting.cancel()
    results = await asyncio.gather(devices, telling, waiting, return_exceptions=True)
    office.close()
    if waiting in done:
        return
    for result in results:
        if isinstance(result, Exception):
            raise result
    raise click.ClickException("the devices or the story ended by themselves")


async def _tell(story: Story, kept: Memory, mqtt: str, history: bool) -> None:
    client = await asyncio.to_thread(connect, mqtt, "siteward-history", story.stop)
    try:
        await asyncio.to_thread(tell, story, kept, client, history)
    finally:
        client.disconnect()
        client.loop_stop()


def _report(phase: str, done: int, total: int) -> None:
    """One JSON line per step, for whoever started us."""
    click.echo(json.dumps({"phase": phase, "done": done, "total": total}))
