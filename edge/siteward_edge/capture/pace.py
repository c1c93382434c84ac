"""How many pictures of each camera are judged within what the processor may be used for.

Every camera keeps the same share of what it asks for. The share follows from what judging one
picture was measured to cost and from what the rest of the process takes: decoding, sensors and
sending are not to be had for less.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

log = logging.getLogger(__name__)

LONGEST: Final = timedelta(seconds=5)
"""Every camera is judged this often, whatever the budget: its health must still be known."""
RECKONED: Final = timedelta(seconds=2)
"""How often the share is worked out anew."""
SMOOTHING: Final = 0.5
"""Weight of the newest measurement; pictures cost more when somebody is in them."""
SHORT, ENOUGH = 0.95, 0.99
"""Shares below which it is said that the budget is short, and from which that it is not."""


@dataclass(slots=True)
class Pace:
    """Lets pictures through at a steady rate without catching up after a gap."""

    every: timedelta
    next: datetime

    def due(self, ts: datetime) -> bool:
        """Whether a picture of ``ts`` is to be let through; counts as let through."""
        if ts < self.next:
            return False
        self.next = max(self.next + self.every, ts)
        return True


@dataclass(slots=True)
class Rate:
    """How often something happened each second since it was last asked."""

    since: datetime
    count: int = 0

    def ask(self, count: int, ts: datetime) -> float:
        """The rate that took the count from the one before to ``count``."""
        seconds = (ts - self.since).total_seconds()
        rate = (count - self.count) / seconds if seconds > 0 else 0.0
        self.since, self.count = ts, count
        return rate


@dataclass(frozen=True, slots=True)
class Demand:
    """What one camera would take.

    Attributes:
        fps: Pictures per second it has and wants judged.
        cost: Processor seconds that judging one takes.
    """

    fps: float
    cost: float


def affordable(cores: float, rest: float, demands: Iterable[Demand]) -> float:
    """The share of every demand that fits into a budget, 0 to 1.

    Args:
        cores: Processor seconds per second that may be used.
        rest: Those that all but judging takes.
        demands: One per camera.
    """
    wanted = sum(demand.fps * demand.cost for demand in demands)
    return min(1.0, max(0.0, cores - rest) / wanted) if wanted > 0 else 1.0


def interval(fps: float, share: float) -> timedelta:
    """Time between two pictures of a camera that asks for ``fps`` and gets a share of them."""
    full = timedelta(seconds=1 / fps)
    if share * LONGEST <= full:  # before dividing: the share may be nothing
        return max(full, LONGEST)
    return full / share


class Budget:
    """What all cameras of an agent may use together; asked from their threads."""

    def __init__(self, cores: float | None, process: Callable[[], float], now: datetime) -> None:
        """Starts with everything granted.

        Args:
            cores: Processor seconds per second that the agent may use; None for all there are.
            process: Processor seconds the process has used so far.
            now: When this is.
        """
        self.cores = cores
        self.share = 1.0
        self._process = process
        self._since, self._used = now, process()
        self._lock = threading.Lock()
        self._cameras: list[CameraPace] = []
        self._short = False

    def camera(self, fps: float, now: datetime) -> "CameraPace":
        """The pace of one more camera."""
        every = timedelta(seconds=1 / fps)
        pace = CameraPace(self, fps, Pace(every, now), Pace(every, now))
        with self._lock:
            self._cameras.append(pace)
        return pace

    def reckon(self, now: datetime) -> None:
        """Works the share out anew when it is time to."""
        if self.cores is None or now - self._since < RECKONED:
            return
        with self._lock:
            seconds = (now - self._since).total_seconds()
            if seconds < RECKONED.total_seconds():
                return  # another camera's thread was faster
            used = self._process()
            spent = sum(camera.spent for camera in self._cameras)
            demands = [camera.demand(seconds) for camera in self._cameras]
            rest = max(0.0, used - self._used - spent) / seconds
            new = affordable(self.cores, rest, demands)
            self.share += SMOOTHING * (new - self.share)
            self._since, self._used = now, used
            self._tell(self.cores)

    def _tell(self, cores: float) -> None:
        if not self._short and self.share < SHORT:
            self._short = True
            log.warning(
                "%.0f %% of the pictures asked for are judged: %g cores are not enough for more; "
                "ask for fewer pictures per second or raise cpu.cores",
                100 * self.share,
                cores,
            )
        elif self._short and self.share >= ENOUGH:
            self._short = False
            log.warning("all pictures asked for are judged again")


@dataclass(slots=True, eq=False)
class CameraPace:
    """One camera's part of the budget. Belongs to the camera's judging thread.

    Attributes:
        budget: Of which it is a part.
        fps: Pictures per second it asks for.
        judged: Pictures let through so far.
        spent: Processor seconds spent on judging since the share was last worked out.
    """

    budget: Budget
    fps: float
    _asked: Pace
    _granted: Pace
    judged: int = 0
    spent: float = 0.0
    _cost: float | None = None
    _wanted: int = 0

    def ask(self, fps: float) -> None:
        """Asks for another rate from now on."""
        self.fps = fps
        self._asked.every = timedelta(seconds=1 / fps)

    def due(self, ts: datetime) -> bool:
        """Whether a picture of ``ts`` is to be judged."""
        self.budget.reckon(ts)
        if not self._asked.due(ts):
            return False
        self._wanted += 1
        self._granted.every = interval(self.fps, self.budget.share)
        if not self._granted.due(ts):
            return False
        self.judged += 1
        return True

    def took(self, seconds: float) -> None:
        """Notes what judging a picture cost."""
        self.spent += seconds
        before = seconds if self._cost is None else self._cost
        self._cost = before + SMOOTHING * (seconds - before)

    def demand(self, seconds: float) -> Demand:
        """What it would have taken in the last ``seconds``; starts counting anew."""
        demand = Demand(self._wanted / seconds, self._cost or 0.0)
        self._wanted, self.spent = 0, 0.0
        return demand
