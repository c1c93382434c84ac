"""What happens beside the devices: set-up, the past, the paper, and then the live claims."""

import heapq
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import paho.mqtt.client as mqtt

from siteward_contracts.clock import Clock
from siteward_simulators import memory
from siteward_simulators.history import BLOCK, Outgoing, Snapshot, messages
from siteward_simulators.memory import Memory
from siteward_simulators.office import Office, StoppedError
from siteward_simulators.paper import Step, affairs, filing, paying, progress, set_up
from siteward_simulators.publish import publish
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.truth import Truth
from siteward_simulators.world.world import World

HISTORY: Final = timedelta(days=90)
CHUNK: Final = 4 * BLOCK
"""Published and acknowledged as a whole before it counts as told."""
LIVE_CLAIMS_AFTER: Final = 20.0
"""Seconds from the end of the past to the claims that are filed before a visitor's eyes."""
HEARTBEAT: Final = 10.0
CATCH_UP_SECONDS: Final = 180.0
"""How long ingest and worker may take to work through the past."""

Report = Callable[[str, int, int], None]
"""Says how far a phase is: name, done, total."""

_log = logging.getLogger(__name__)


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
    claims_after: float = LIVE_CLAIMS_AFTER


def tell(story: Story, kept: Memory, client: mqtt.Client, with_history: bool) -> None:
    """Tells the whole story and then keeps the truth until stopped."""
    try:
        _set_up(story)
        past = kept.told_until
        caught_up = threading.Event()
        with ThreadPoolExecutor(len(story.scenarios), "office") as offices:
            papers = [offices.submit(_records, story, s, caught_up) for s in story.scenarios]
            try:
                if with_history:
                    kept = tell_past(story, kept, client)
                story.report("devices", 1, 1)  # from now on what agents see comes after the past
                if with_history:
                    _wait_for_platform(story, past, kept.told_until)
            finally:
                caught_up.set()  # a failure here must not leave the offices waiting
            for index, paper in enumerate(papers):
                paper.result()
                story.report("paper", index + 1, len(papers))
            story.report("live", 1, 1)
            _wait(story, story.claims_after)
            claims = [offices.submit(_live_claim, story, s) for s in story.scenarios]
            _live(story, kept, claims)
    except StoppedError:
        _log.info("stopped")


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
        story.report("history", int((end - first).total_seconds() // 3600), total)
    return kept


def _in_order(story: Story, start: datetime, end: datetime) -> Iterator[Outgoing]:
    sites = [messages(world, start, end, story.snapshot) for world in story.worlds.values()]
    return heapq.merge(*sites, key=lambda message: message.ts)


def _set_up(story: Story) -> None:
    story.truth.write_claims(story.scenarios)
    story.report("setup", 0, len(story.scenarios) + 1)
    story.office.create_accounts()
    story.report("setup", 1, len(story.scenarios) + 1)
    for index, s in enumerate(story.scenarios):
        calendar = story.worlds[s.site].calendar
        story.office.do(s.site, [set_up(s, calendar)])
        story.report("setup", index + 2, len(story.scenarios) + 1)


def _records(story: Story, s: Scenario, caught_up: threading.Event) -> None:
    """Progress at once; claims when the platform knows what its cameras saw in those days."""
    calendar = story.worlds[s.site].calendar
    story.office.do(s.site, progress(s, calendar))
    while not caught_up.wait(0.5):
        if story.stop.is_set():
            raise StoppedError
    story.office.do(s.site, affairs(s, calendar))


def _wait_for_platform(story: Story, start: datetime, end: datetime) -> None:
    """Until the platform can show what was published last, or patience ends."""
    waiting = {s.site: s for s in story.scenarios}
    patience = CATCH_UP_SECONDS
    while waiting and patience > 0:
        story.report("catch-up", len(story.scenarios) - len(waiting), len(story.scenarios))
        for site, s in list(waiting.items()):
            if _knows(story.office, s, max(start, end - timedelta(minutes=45)), end):
                del waiting[site]
        if waiting:
            _wait(story, 0.5)
            patience -= 0.5
    if waiting:
        _log.warning("the platform has not caught up with %s", ", ".join(waiting))
    story.report("catch-up", len(story.scenarios) - len(waiting), len(story.scenarios))


def _knows(office: Office, s: Scenario, start: datetime, end: datetime) -> bool:
    """Ingest has the last camera samples, and the worker has measured every zone."""
    if end - start > timedelta(minutes=20):
        when = f"start={quote(start.isoformat())}&end={quote(end.isoformat())}"
        for camera in s.cameras:
            query = f"site={s.site}&device={camera.id}&metric=camera_ok&{when}&points=10"
            if not office.get("supervisor", f"/series?{query}")["points"]:
                return False
    zones: list[dict[str, Any]] = office.get("supervisor", f"/projects/{s.site}")["zones"]
    return all(zone["measured_at"] is not None for zone in zones)


def _live_claim(story: Story, s: Scenario) -> None:
    """The department files today's claim; wages are paid whatever the rules find."""
    calendar = story.worlds[s.site].calendar
    steps: list[Step] = [*filing(s, calendar, s.live_claim), paying(calendar, s.live_claim, "wage")]
    try:
        refused = story.office.do(s.site, steps)
        story.report(f"claim:{s.site}", len(steps) - len(refused), len(steps))
    except StoppedError:
        _log.info("stopped before the claim of %s was done", s.site)


def _live(story: Story, kept: Memory, claims: "Sequence[Future[None]]") -> None:
    """Writes the truth as it happens; remembers that devices themselves tell it now."""
    began = story.clock()
    while True:
        now = story.clock()
        for claim in claims:
            if claim.done():
                claim.result()  # an unforeseen failure ends the simulation, loudly
        for world in story.worlds.values():
            story.truth.write_world(world, kept.told_until, now)
        story.truth.write_watched(began, now)
        kept = kept.told(now)
        memory.keep(story.memory_file, kept)
        _wait(story, HEARTBEAT)


def _wait(story: Story, seconds: float) -> None:
    if story.stop.wait(seconds):
        raise StoppedError
