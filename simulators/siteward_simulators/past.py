"""The ninety days before the first start, published in order and waited for."""

import heapq
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec
import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteward_contracts.clock import Clock
from siteward_contracts.messages import Sample, Telemetry
from siteward_contracts.topics import Kind, Topic
from siteward_simulators import memory
from siteward_simulators.history import BLOCK, Outgoing, Snapshot, message_id, messages
from siteward_simulators.memory import Memory
from siteward_simulators.office import Office, StoppedError
from siteward_simulators.publish import publish
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.truth import Truth
from siteward_simulators.world.world import World

HISTORY: Final = timedelta(days=90)
CHUNK: Final = 12 * BLOCK
"""Published and acknowledged as a whole before it counts as told."""
LIVE_CLAIMS_AFTER: Final = 20.0
"""Seconds from the end of the past to the claims that are filed before a visitor's eyes."""
CATCH_UP_SECONDS: Final = 180.0
"""How long ingest and worker may take to work through the past."""
ASK_EVERY: Final = 0.5
"""Seconds between two looks at the platform."""
LOOK_BACK: Final = timedelta(minutes=45)
"""A camera's samples of so long must be there for an instant to be known."""

Report = Callable[[str, int, int], None]
"""Says how far a phase is: name, done, total."""

_log = logging.getLogger(__name__)


class Told:
    """How far the past has been published, for those who wait for it."""

    def __init__(self, until: datetime) -> None:
        """Nothing after ``until`` yet."""
        self.until = until


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the story needs.

    Attributes:
        scenarios: With what the seed planted.
        worlds: Site to its world.
        office: The people.
        truth: Where the truth is written.
        memory_file: Where the story's place is kept.
        clock: Now.
        stop: Set when the simulation ends.
        report: Told of progress.
        snapshot: Makes evidence of the past; None leaves it out.
        keys: Site to its agent's key, with which that is signed.
        told: How far the past has been published.
        claims_after: Seconds from the end of the past to the live claims.
    """

    scenarios: Sequence[Scenario]
    worlds: Mapping[str, World]
    office: Office
    truth: Truth
    memory_file: Path
    clock: Clock
    stop: threading.Event
    report: Report
    snapshot: Snapshot | None
    keys: Mapping[str, Ed25519PrivateKey]
    told: Told
    claims_after: float = LIVE_CLAIMS_AFTER

    def wait(self, seconds: float) -> None:
        """Lets time pass.

        Raises:
            StoppedError: The simulation ends.
        """
        if self.stop.wait(seconds):
            raise StoppedError


def wait_for_listeners(story: Story, kept: Memory, client: mqtt.Client) -> None:
    """Until ingest and worker have taken a first message, so that none of the past is lost.

    A broker keeps nothing for subscribers it has never seen.
    """
    site = story.scenarios[0]
    topic = Topic(site.site, site.agent, Kind.TELEMETRY)
    ts = kept.told_until
    name = message_id(ts, kept.seed, topic, "first")
    message = Telemetry(id=name, ts=ts, samples=[Sample(ts=ts, readings={"outbox_depth": 0.0})])
    probe = Outgoing(str(topic), msgspec.json.encode(message), ts)
    while not _listened(story.office, site, ts):
        publish(client, [probe])
        story.wait(ASK_EVERY)


def _listened(office: Office, s: Scenario, ts: datetime) -> bool:
    devices = office.get("supervisor", f"/projects/{s.site}")["devices"]
    agent = next(device for device in devices if device["id"] == s.agent)
    if agent["last_seen"] is None:
        return False
    span = ts - timedelta(hours=1), ts + timedelta(hours=1)
    return bool(_points(office, s.site, s.agent, "outbox_depth", *span))


def tell_past(story: Story, kept: Memory, client: mqtt.Client) -> Memory:
    """Publishes from where the story was left up to now."""
    first, now = kept.told_until, story.clock()
    total = max(1, int((now - first).total_seconds() // 3600))
    story.report("history", 0, total)
    while kept.told_until < now:
        if story.stop.is_set():
            raise StoppedError
        start, end = kept.told_until, min(kept.told_until + CHUNK, now)
        publish(client, _in_order(story, start, end))
        for world in story.worlds.values():
            story.truth.write_world(world, start, end)
        kept = kept.told(end)
        memory.keep(story.memory_file, kept)
        story.told.until = end
        story.report("history", int((end - first).total_seconds() // 3600), total)
    return kept


def _in_order(story: Story, start: datetime, end: datetime) -> Iterator[Outgoing]:
    sites = [
        messages(world, start, end, story.snapshot, story.keys.get(site))
        for site, world in story.worlds.items()
    ]
    return heapq.merge(*sites, key=lambda message: message.ts)


def wait_until_known(story: Story, s: Scenario, start: datetime, end: datetime) -> None:
    """Until the past up to ``end`` is published and the platform can show it.

    Args:
        story: The story.
        s: Whose past.
        start: Where publishing began; nothing before it is looked for.
        end: The instant that must be known.
    """
    while story.told.until < end:
        story.wait(ASK_EVERY)
    patience = CATCH_UP_SECONDS
    while not _knows(story.office, s, max(start, end - LOOK_BACK), end):
        story.wait(ASK_EVERY)
        patience -= ASK_EVERY
        if patience <= 0:
            _log.warning("the platform has not caught up with %s at %s", s.site, end)
            return


def _knows(office: Office, s: Scenario, start: datetime, end: datetime) -> bool:
    """Ingest has the last camera samples, and the worker has measured every zone."""
    if end - start > timedelta(minutes=20):
        for camera in s.cameras:
            if not _points(office, s.site, camera.id, "camera_ok", start, end):
                return False
    zones: list[dict[str, Any]] = office.get("supervisor", f"/projects/{s.site}")["zones"]
    return all(zone["measured_at"] is not None for zone in zones)


def _points(
    office: Office, site: str, device: str, metric: str, start: datetime, end: datetime
) -> list[Any]:
    when = f"start={quote(start.isoformat())}&end={quote(end.isoformat())}"
    query = f"site={site}&device={device}&metric={metric}&{when}&points=10"
    found: list[Any] = office.get("supervisor", f"/series?{query}")["points"]
    return found
