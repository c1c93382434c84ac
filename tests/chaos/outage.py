"""A week without a broker: an agent that is killed meanwhile, a disk that fills up, and then
everything has to be at the platform, once and in order."""

import itertools
import logging
import random
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from siteward_contracts.decode import decode
from siteward_contracts.topics import Kind, Topic, parse_topic
from siteward_ingest.mapping import points
from siteward_ingest.series import SeriesKey
from siteward_ingest.stores.sqlite import SqliteStore
from tests.chaos.site_week import DEVICES, SITE, STEP, Week, id_of
from tests.ingest.process import Ingest, ingest, make_session
from tests.servers import free_port, mosquitto

log = logging.getLogger(__name__)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long and how hard.

    Attributes:
        hours: Of the site's time, nearly all of it without a broker.
        kills: Times the agent gets SIGKILL, a fifth of them while it catches up.
        speed: Simulated seconds in a second.
        at_once: Steps of ten seconds a device stores in one transaction.
    """

    hours: float
    kills: int
    speed: float
    at_once: int


@dataclass
class Result:
    """What came of it; ``lost``, ``doubled`` and ``disordered`` must be 0."""

    messages: int = 0
    points: int = 0
    kills: int = 0
    refused: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    catching_up_seconds: float = 0
    agent_mb: int = 0
    sent_again: int = 0
    lost: int = 0
    lost_points: int = 0
    doubled: int = 0
    disordered: int = 0
    quarantined: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong."""
        return not (
            self.lost + self.lost_points + self.doubled + self.disordered + self.quarantined
        )


@dataclass
class Heard:
    """What came through the broker: in which order, by device and lane, and how often."""

    order: dict[tuple[str, bool], list[str]] = field(default_factory=lambda: defaultdict(list))
    times: Counter[str] = field(default_factory=Counter)

    def note(self, topic: Topic, identity: str) -> None:
        """Only the first time counts for the order: what comes again is dropped by its id."""
        self.times[identity] += 1
        if self.times[identity] == 1:
            self.order[topic.device, topic.kind is Kind.TELEMETRY].append(identity)


@contextmanager
def _witness(port: int, heard: Heard) -> Iterator[None]:
    """Hears everything with a session that the broker keeps, as the worker does."""
    subscribed = threading.Event()

    def hear(client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        topic = parse_topic(message.topic)
        if topic.kind is not Kind.STATUS:
            heard.note(topic, id_of(bytes(message.payload)))

    client = mqtt.Client(CallbackAPIVersion.VERSION2, "witness", clean_session=False)
    client.on_connect = lambda client, *_: client.subscribe(f"siteward/v1/{SITE}/#", qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = hear
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert subscribed.wait(10)
        yield
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def _platform(folder: Path, port: int, heard: Heard) -> Iterator[Ingest]:
    """A broker that keeps its queues, the real ingest behind it, and the witness."""
    with mosquitto(folder / "broker", port):
        if not (folder / "series.db").exists():  # else this would take what waits for ingest
            make_session(port)
        with _witness(port, heard), ingest(folder, port) as platform:
            yield platform


@dataclass
class Agent:
    """The agent's process, started again after each kill."""

    command: list[str]
    log: Path
    refused: int = 0
    most: int = 0
    process: subprocess.Popen[bytes] | None = None
    _readers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as errors:
            process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=errors)
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        self._readers.append(reader)
        self.process = process

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended by itself, see {self.log}"
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(5)

    def weigh(self) -> int:
        """Bytes of memory it takes now; ``most`` keeps the most it ever took."""
        assert self.process is not None
        taken = int(psutil.Process(self.process.pid).memory_info().rss)
        self.most = max(self.most, taken)
        return taken

    def limit_files(self, size: int) -> None:
        """As a full disk: no file of the process may grow beyond a size (RLIMIT_FSIZE)."""
        assert self.process is not None
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for _ in process.stdout:
                self.refused += 1


def run(folder: Path, plan: Plan, say: Say = log.info, seed: int = 1) -> Result:
    """Runs it in a folder and counts."""
    rng = random.Random(seed)
    steps = round(timedelta(hours=plan.hours) / STEP)
    week = Week(datetime.now(UTC).replace(microsecond=0) - steps * STEP, steps)
    file, port, result = folder / "outbox.db", free_port(), Result(kills=plan.kills)
    command = [sys.executable, "-m", "tests.chaos.agent", str(file), str(port)]
    command += [week.start.isoformat(), str(steps), f"--speed={plan.speed}"]
    agent = Agent([*command, f"--at-once={plan.at_once}"], folder / "agent.log")
    heard = Heard()
    while_away = plan.kills - plan.kills // 5
    moments = sorted(rng.uniform(0.1, 0.95) for _ in range(while_away))
    try:
        with _platform(folder, port, heard):
            agent.start()
            _wait(lambda: _lived(file, week) > 0.02 and len(heard.times) > 10)
        say(f"broker stopped after {len(heard.times)} messages")
        _live_through(agent, file, week, moments, rng, say)
        result.waiting, result.waiting_bytes = _waiting(file)
        say(f"{result.waiting} messages wait; the broker comes back")
        began = time.monotonic()
        with _platform(folder, port, heard) as platform:
            for n in range(plan.kills - while_away):
                left = result.waiting * (1 - (n + 1) / (plan.kills - while_away + 1))
                _wait(lambda left=left: _waiting(file)[0] < left)  # type: ignore[misc]
                _kill(agent, f"{_waiting(file)[0]} messages still waited", say)
            _wait(lambda: agent.weigh() >= 0 and _waiting(file)[0] == 0)
            result.agent_mb = round(agent.most / 1e6)
            result.catching_up_seconds = round(time.monotonic() - began, 1)
            say("everything is sent; the platform takes the last of it")
            agent.stop()
            _until_still(lambda: platform.metric("messages_total") + heard.times.total())
            result.quarantined = len(platform.quarantined())
    finally:
        agent.stop()
    result.refused = agent.refused
    _judge_order(result, week, heard)
    _judge_store(result, week, folder)
    return result


def _live_through(
    agent: Agent, file: Path, week: Week, moments: Sequence[float], rng: random.Random, say: Say
) -> None:
    """The time without a broker: kills at these moments, and half way the disk is full."""
    full = False
    for moment in [*moments, 1.0]:
        if moment > 0.5 and not full:
            full = True
            _wait(lambda: _lived(file, week) >= 0.5)
            _fill_disk(agent, say)
        _wait(lambda moment=moment: _lived(file, week) >= moment)  # type: ignore[misc]
        if moment < 1:
            time.sleep(rng.uniform(0, 0.3))  # anywhere in what it is doing, starting included
            _kill(agent, f"{moment:.0%} of the time", say)


def _kill(agent: Agent, when: str, say: Say) -> None:
    agent.kill()
    agent.start()
    say(f"SIGKILL at {when}; started again")


def _fill_disk(agent: Agent, say: Say) -> None:
    """Takes the disk away until three stores have failed, and gives it back."""
    before = agent.refused
    agent.limit_files(4096)
    _wait(lambda: agent.refused >= before + 3)
    say(f"disk full: {agent.refused - before} stores refused; now there is room again")
    agent.limit_files(resource.RLIM_INFINITY)


def _judge_order(result: Result, week: Week, heard: Heard) -> None:
    for device in DEVICES:
        lanes: dict[bool, list[str]] = {True: [], False: []}
        for message in week.all(device):
            lanes[message.thinnable].append(id_of(message.payload))
        for telemetry, wanted in lanes.items():
            place = {identity: n for n, identity in enumerate(wanted)}
            came = [place[identity] for identity in heard.order[device, telemetry]]
            result.messages += len(wanted)
            result.lost += len(wanted) - len(came)
            result.disordered += sum(1 for a, b in itertools.pairwise(came) if b < a)
    result.sent_again = heard.times.total() - len(heard.times)


def _judge_store(result: Result, week: Week, folder: Path) -> None:
    now = datetime.now(UTC)
    store = SqliteStore(folder / "series.db", read_only=True)
    try:
        for device in DEVICES:
            wanted: dict[SeriesKey, dict[datetime, float]] = defaultdict(dict)
            for message in week.all(device):
                for point in points(decode(str(message.topic), message.payload, now), now):
                    key = SeriesKey(point.site, point.device, point.metric)
                    wanted[key][point.ts] = point.value
            for key, values in wanted.items():
                kept = store.raw(key, week.start - STEP, now + STEP)
                result.points += len(values)
                result.lost_points += len(values.items() - set(kept))
                result.doubled += len(kept) - len(dict(kept).keys() & values.keys())
    finally:
        store.close()


def _lived(file: Path, week: Week) -> float:
    """How far the device is that is furthest behind, as the disk knows it."""
    query = f"SELECT value FROM memory WHERE key IN ({','.join('?' * len(DEVICES))})"
    done = [int(row[0]) for row in _ask(file, query, DEVICES)]
    return min(done) / week.steps if len(done) == len(DEVICES) else 0.0


def _waiting(file: Path) -> tuple[int, int]:
    rows = _ask(file, "SELECT messages, bytes FROM totals", ())
    return (rows[0][0], rows[0][1]) if rows else (1, 0)


def _ask(file: Path, query: str, values: Sequence[str]) -> list[Any]:
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        try:
            return db.execute(query, values).fetchall()
        except sqlite3.OperationalError:  # the agent is just making it
            return []


def _wait(condition: Callable[[], bool], seconds: float = 1800) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not come true")
        time.sleep(0.03)


def _until_still(count: Callable[[], float]) -> None:
    """Returns once a number has not changed for two seconds."""
    before, since = count(), time.monotonic()
    while time.monotonic() - since < 2:
        time.sleep(0.1)
        if (now := count()) != before:
            before, since = now, time.monotonic()
