"""What happens beside the devices: set-up, the past, the paper, and then the live claims."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final

import paho.mqtt.client as mqtt

from siteward_simulators import memory
from siteward_simulators.memory import Memory
from siteward_simulators.office import StoppedError
from siteward_simulators.paper import Step, affairs, filing, paying, progress, set_up
from siteward_simulators.past import Story, tell_past, wait_for_listeners, wait_until_known
from siteward_simulators.world.scenario import Scenario

HEARTBEAT: Final = 10.0
"""Seconds between two entries of what devices have told by themselves."""

_log = logging.getLogger(__name__)


def tell(story: Story, kept: Memory, client: mqtt.Client, with_history: bool) -> None:
    """Tells the whole story and then keeps the truth until stopped."""
    try:
        _set_up(story)
        past = kept.told_until if with_history else None
        if past is not None:
            wait_for_listeners(story, kept, client)
        with ThreadPoolExecutor(len(story.scenarios), "office") as offices:
            papers = [offices.submit(_records, story, s, past) for s in story.scenarios]
            if past is not None:
                kept = _past(story, kept, client)
            story.report("devices", 1, 1)  # from now on what agents see comes after the past
            for index, s in enumerate(story.scenarios):
                if past is not None:
                    wait_until_known(story, s, past, kept.told_until)
                papers[index].result()
                story.report("paper", index + 1, len(papers))
            story.report("live", 1, 1)
            story.wait(story.claims_after)
            claims = [offices.submit(_live_claim, story, s) for s in story.scenarios]
            _live(story, kept, claims)
    except StoppedError:
        _log.info("stopped")


def _past(story: Story, kept: Memory, client: mqtt.Client) -> Memory:
    try:
        return tell_past(story, kept, client)
    except BaseException:
        story.stop.set()  # whoever waits for the past would wait for ever
        raise


def _set_up(story: Story) -> None:
    story.truth.write_claims(story.scenarios)
    story.report("setup", 0, len(story.scenarios) + 1)
    story.office.create_accounts()
    story.report("setup", 1, len(story.scenarios) + 1)
    for index, s in enumerate(story.scenarios):
        calendar = story.worlds[s.site].calendar
        story.office.do(s.site, [set_up(s, calendar)])
        story.report("setup", index + 2, len(story.scenarios) + 1)


def _records(story: Story, s: Scenario, start: datetime | None) -> None:
    """Progress at once; each claim when the platform knows what cameras saw until its day."""
    calendar = story.worlds[s.site].calendar
    story.office.do(s.site, progress(s, calendar))
    for step in affairs(s, calendar):
        if step.makes == "claim" and start is not None:
            wait_until_known(story, s, start, calendar.start(step.day + 1))
        story.office.do(s.site, [step])


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
        story.wait(HEARTBEAT)
