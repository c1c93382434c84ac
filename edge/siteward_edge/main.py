"""``siteward edge``: runs an agent, or checks what it would open."""

import asyncio
import logging
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import click
import cv2
from rich.console import Console

from siteward_contracts.clock import utc_now
from siteward_contracts.config_file import ConfigError
from siteward_contracts.ids import new_id
from siteward_edge import agent, preview, replay
from siteward_edge.camera_thread import view_key
from siteward_edge.capture.source import SourceError
from siteward_edge.check import screen
from siteward_edge.check.sources import Instruments, checks
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.delivery import inspect
from siteward_edge.delivery import screen as outbox_screen
from siteward_edge.delivery.broker import BrokerError
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.detect import detect
from siteward_edge.enrol import enrol
from siteward_edge.evidence.device_key import DeviceKeyError, read_key
from siteward_edge.ntp import clock_offset
from siteward_edge.progress.commands import teach, templates, timelapse
from siteward_edge.publishable import publishable
from siteward_edge.sensors.hj212.commands import hj212
from siteward_edge.service import notifier
from siteward_edge.vision.ports import ModelError

FILE = click.argument("config", type=click.Path(path_type=Path, dir_okay=False))


@click.group(help="Run the agent of one site.")
def command() -> None:
    """The group the command line looks for."""
    # It logs every failed attempt; the poll loop says it once, with a remedy.
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


command.add_command(detect)
command.add_command(enrol)
command.add_command(hj212)
command.add_command(templates)
command.add_command(teach)
command.add_command(timelapse)
command.add_command(publishable)


@command.command()
@FILE
@click.option("--verbose", is_flag=True, help="Log what happens, not only what goes wrong.")
def run(config: Path, verbose: bool) -> None:
    """Run the agent until SIGTERM or Ctrl-C."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    settings = _load(config)
    # Cameras already run beside one another; OpenCV's own pool costs a fifth more CPU.
    cv2.setNumThreads(1)
    try:
        sources = agent.Sources(
            clock=utc_now,
            new_id=new_id,
            rng=random.Random(),
            version=version("siteward"),
            process_cpu=time.process_time,
            thread_cpu=time.thread_time,
            key=read_key(settings.evidence.key),
            clock_offset=clock_offset,
            notify=notifier(os.environ.get("NOTIFY_SOCKET")),
        )
        asyncio.run(_until_signal(settings, sources))
    except (BrokerError, DeviceKeyError, ModelError, OSError, sqlite3.DatabaseError) as error:
        raise click.ClickException(str(error)) from error


@command.command()
@FILE
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(tempfile.gettempdir()) / "siteward-check",
    show_default=True,
    help="Folder for a picture of each camera.",
)
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
def check(config: Path, pictures: Path, as_json: bool) -> None:
    """Open every source and say what it gets, or what is wrong and how to mend it.

    Also tries disk, clock and key, and sends the broker a message and waits for it. Ends with 1
    when something does not work. May be used beside a running agent.
    """
    settings = _load(config)
    given = Instruments(utc_now, time.monotonic, new_id, clock_offset, pictures)
    found = screen.run(checks(settings, given), as_json)
    if any(outcome.verdict == "fail" for outcome in found):
        raise SystemExit(1)


@command.command("preview")
@FILE
@click.argument("camera")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write it; CAMERA.jpg here unless told.",
)
def preview_command(config: Path, camera: str, output: Path | None) -> None:
    """Write a picture of CAMERA with all the agent sees in it.

    Progress zones are green, danger zones red, other hazards' zones orange; people are green
    where helmet (H) or vest (V) was seen, red where one is missing, blue where neither can be
    told. Settings the platform sent are in force here as in the agent.
    """
    settings = _load(config)
    try:
        found = preview.preview(settings, camera, utc_now)
        file = output or Path(f"{camera}.jpg")
        preview.write(found, file)
    except (preview.UnknownCameraError, SourceError, ModelError, ConfigError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for line in [*found.lines, f"written to {file}"]:
        click.echo(line)


@command.command()
@FILE
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every waiting message and all unreadable data to a file, a line of JSON each.",
)
def outbox(config: Path, as_json: bool, export: Path | None) -> None:
    """Say what waits for the broker, what was not kept, and what nobody could read.

    Changes nothing and may be used beside a running agent.
    """
    path = _load(config).outbox.path
    try:
        found = inspect.contents(path)
        if export is not None:
            with export.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in inspect.export(path))
    except (inspect.NoOutboxError, sqlite3.Error, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(outbox_screen.as_json(found))
    else:
        outbox_screen.show(found, utc_now(), Console())


@command.command("accept-view")
@FILE
@click.argument("camera")
def accept_view(config: Path, camera: str) -> None:
    """Take the view CAMERA has at the agent's next start for the right one.

    For a camera that was moved on purpose. Stop the agent first.
    """
    settings = _load(config)
    found = next((c for c in settings.cameras if c.device == camera), None)
    if found is None:
        known = ", ".join(c.device for c in settings.cameras)
        raise click.ClickException(f"no camera {camera!r} in {config}; known: {known}")
    outbox = Outbox(settings.outbox.path, settings.outbox.max_bytes)
    outbox.put([], {view_key(found): ""})
    outbox.close()
    click.echo(f"{camera}: the next good picture will be its reference view")


@command.command("replay")
@FILE
@click.option("--camera", required=True, help="Whose pictures they are.")
@click.option(
    "--memory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON file with what the camera remembers; read before and written after.",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the pictures that prove something; without it only their hashes are told.",
)
@click.argument("source", type=click.Path(path_type=Path, exists=True, allow_dash=True))
def replay_command(
    config: Path, camera: str, memory: Path | None, evidence: Path | None, source: Path
) -> None:
    """Judge recorded pictures as the agent would have, at the times they were taken.

    SOURCE is a folder of pictures named by RFC 3339 times, or - for packets on standard
    input: a length in 4 bytes, big-endian, then {"ts": "..."}, a newline and the JPEG, PNG or
    BMP; no picture after the newline says that none came. Every message is written to
    standard output as a line of JSON. Nothing is published.
    """
    settings = _load(config)
    cv2.setNumThreads(1)
    try:
        stdin = sys.stdin.buffer
        replay.replay(settings, camera, new_id, memory, evidence, source, stdin, click.echo)
    except (replay.ReplayError, ModelError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _load(config: Path) -> EdgeConfig:
    try:
        return load_config(config)
    except ConfigError as error:
        raise click.ClickException(f"configuration refused\n{error}") from error


async def _until_signal(settings: EdgeConfig, sources: agent.Sources) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await agent.run(settings, sources, stop)
