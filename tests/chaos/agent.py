"""``python -m tests.chaos.agent``: the agent's outbox and publisher under a week's messages.

Every device has a thread, as in the agent, and remembers with each message how far it is, as
cameras remember their incidents. Killed and started again, it goes on where the disk says.
"""

import argparse
import random
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import msgspec

from siteward_contracts.clock import utc_now
from siteward_contracts.ids import new_id
from siteward_contracts.messages import Status
from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.delivery import Link
from siteward_edge.delivery.outbox import Outbox, OutboxFullError
from siteward_edge.delivery.publisher import Callbacks, Publisher
from tests.chaos.site_week import DEVICES, SITE, STEP, Week


def main() -> None:
    """Runs until SIGTERM; says ``refused`` for each time the disk took nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("outbox", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("start", type=datetime.fromisoformat)
    parser.add_argument("steps", type=int)
    parser.add_argument("--speed", type=float, help="simulated seconds in a second")
    parser.add_argument("--at-once", type=int, help="steps stored in one transaction")
    given = parser.parse_args()
    outbox = Outbox(given.outbox, 10**10)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    publisher = Publisher(
        f"mqtt://127.0.0.1:{given.port}",
        Link(max_kbit=1_000_000, max_messages=1_000_000),
        Topic(SITE, "agent", Kind.STATUS),
        outbox,
        Callbacks(lambda: _status(False), lambda device, command: None, lambda payload: None),
        utc_now,
        random.Random(),
    )
    week = Week(given.start, given.steps)
    for device in DEVICES:
        args = (week, device, outbox, stop, given.at_once, STEP.total_seconds() / given.speed)
        threading.Thread(target=_live, args=args, daemon=True).start()
    publisher.start()
    while not stop.wait(0.5):
        publisher.publish_status(_status(True))
    publisher.stop(_status(False))


def _live(
    week: Week, device: str, outbox: Outbox, stop: threading.Event, at_once: int, pause: float
) -> None:
    step = int(outbox.recall(device) or 0)
    while step < week.steps and not stop.is_set():
        after = min(step + at_once, week.steps)
        messages = [m for n in range(step, after) for m in week.at(device, n)]
        try:
            outbox.put(messages, {device: str(after)})
        except OutboxFullError:
            sys.stdout.write("refused\n")
            sys.stdout.flush()
            stop.wait(0.1)
            continue
        stop.wait(pause * (after - step))
        step = after


def _status(online: bool) -> bytes:
    return msgspec.json.encode(Status(id=new_id(), ts=utc_now(), online=online, agent="chaos"))


if __name__ == "__main__":
    main()
