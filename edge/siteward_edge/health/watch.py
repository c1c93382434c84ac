"""One camera's faults as intervals: each has exactly one begin and one end.

The interval that is open is remembered in the same write as its begin, so an agent killed at
any moment goes on where it was. While an agent does not run its cameras are not looked at:
when it starts again it says since when.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from siteward_contracts.messages import CameraStatus, Health, Model
from siteward_edge.config.health import HealthTiming
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Snapshot
from siteward_edge.hazards.incidents import Incident
from siteward_edge.hazards.ports import Sighting
from siteward_edge.health.look import look_at
from siteward_edge.health.monitor import Monitor
from siteward_edge.health.view import View
from siteward_edge.report import Report
from siteward_edge.vision.ports import Box

MODEL: Final = Model(name="camera-health", version="2")
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
FAULTS: Final = {
    Health.BLIND: "camera_blind",
    Health.FROZEN: "camera_blind",
    Health.BLURRED: "camera_blurred",
    Health.FLICKERING: "camera_flicker",
    Health.MOVED: "camera_moved",
    Health.OFFLINE: "camera_offline",
}
"""Which hazard a state of health is."""
STARTING: Final = "starting"
"""Cause while a camera was never heard of: no fault until it has been silent for a while."""
AGENT_STOPPED: Final = "agent stopped"
"""Cause of the interval in which nobody looked."""
NO_SIGNAL: Final = "no signal"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One that was begun and has no end yet."""

    kind: str
    track: str
    since: datetime
    cause: str = ""


class HealthMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known again after a restart.

    Attributes:
        health: As decided last.
        since: When that began; None before the camera was ever heard of.
        cause: Why, in a word.
        fault: What the camera's pictures lack.
        clock: Its clock being wrong.
        looked: When the agent last looked, whatever it saw.
        sharp: Blur of the reference view.
        last_good: When a picture last showed the site.
    """

    health: Health = Health.OFFLINE
    since: datetime | None = None
    cause: str = STARTING
    fault: Fault | None = None
    clock: Fault | None = None
    looked: datetime | None = None
    sharp: float | None = None
    last_good: datetime | None = None


class HealthWatch:
    """Judges whether one camera sees. Belongs to one thread; has no clock."""

    def __init__(
        self,
        timing: HealthTiming,
        report: Report,
        memory: HealthMemory,
        reference: View | None,
        now: datetime,
    ) -> None:
        """Takes up what was remembered; what the agent missed since then is a fault."""
        self._timing = timing
        self._report = report
        self._fault = memory.fault
        self._clock = memory.clock
        self._clock_offset: float | None = None
        self.looked = memory.looked
        stopped = (
            memory.looked is not None
            and memory.fault is None
            and now - memory.looked >= timedelta(seconds=timing.stall_seconds)
        )
        self._monitor = Monitor(
            timing,
            health=Health.OFFLINE if stopped else memory.health,
            since=(memory.looked if stopped else memory.since) or now,
            cause=AGENT_STOPPED if stopped else memory.cause,
            reference=reference,
            sharp=memory.sharp,
            last_good=memory.last_good,
        )

    @property
    def health(self) -> Health:
        """How well the camera sees, as decided."""
        return self._monitor.health

    @property
    def sees(self) -> bool:
        """Whether the last picture shows the site and those before did."""
        return self._monitor.health is Health.OK and self._monitor.verdict is Health.OK

    @property
    def reference(self) -> View | None:
        """The view it holds for right."""
        return self._monitor.reference

    def status(self, device: str, fps: float) -> CameraStatus:
        """The camera's line in the agent's status."""
        return CameraStatus(
            device=device,
            health=self._monitor.health,
            fps=round(fps, 1),
            since=self._monitor.since,
            last_good=self._monitor.last_good,
            cause=self._monitor.cause,
            clock_offset=self._clock_offset,
        )

    def memory(self) -> HealthMemory:
        """What to store with the messages of a step that changed it."""
        return HealthMemory(
            health=self._monitor.health,
            since=self._monitor.since,
            cause=self._monitor.cause,
            fault=self._fault,
            clock=self._clock,
            looked=self.looked,
            sharp=self._monitor.sharp,
            last_good=self._monitor.last_good,
        )

    def see(self, snapshot: Snapshot) -> tuple[list[Outgoing], bool]:
        """Judges one picture: messages, and whether the health changed."""
        ts = self.looked = snapshot.ts
        told = self._told_stopped(ts)
        changed = self._monitor.observe(look_at(snapshot.frame.image), ts)
        return told + self._tell(ts, snapshot), changed or bool(told)

    def miss(self, since: datetime, ts: datetime, cause: str) -> tuple[list[Outgoing], bool]:
        """No picture has come since ``since``: messages, and whether the health changed."""
        self.looked = ts
        told = self._told_stopped(ts)
        changed = self._monitor.observe_silence(since, ts, cause or NO_SIGNAL)
        messages = told + self._tell(ts, None)
        return messages, changed or bool(messages)

    def tell_clock(self, offset: float, ts: datetime) -> list[Outgoing]:
        """The camera's clock is so many seconds ahead of the agent's."""
        self._clock_offset = round(offset, 1)
        messages = [self._report.telemetry({"camera_clock_offset": self._clock_offset}, ts)]
        wrong = abs(offset) > self._timing.clock_seconds
        if wrong and self._clock is None:
            cause = f"{abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}"
            self._clock, begun = self._begin("camera_clock", ts, cause, ts, None)
            return messages + begun
        if not wrong and self._clock is not None:
            messages += self._end(self._clock, ts, ts)
            self._clock = None
        return messages

    def _told_stopped(self, ts: datetime) -> list[Outgoing]:
        """The begin of the interval before the agent started, said at its first look."""
        if self._fault is not None or self._monitor.cause != AGENT_STOPPED:
            return []
        return self._tell(ts, None)

    def _tell(self, ts: datetime, snapshot: Snapshot | None) -> list[Outgoing]:
        monitor, open_ = self._monitor, self._fault
        kind = None if monitor.cause == STARTING else FAULTS.get(monitor.health)
        if (open_.kind if open_ else None) == kind:
            return []
        messages: list[Outgoing] = []
        if open_ is not None:
            messages += self._end(open_, monitor.since, ts)
            self._fault = None
        if kind is not None:
            self._fault, begun = self._begin(kind, monitor.since, monitor.cause, ts, snapshot)
            messages += begun
        return messages

    def _begin(
        self, kind: str, since: datetime, cause: str, ts: datetime, snapshot: Snapshot | None
    ) -> tuple[Fault, list[Outgoing]]:
        fault = Fault(kind=kind, track=self._report.new_id(), since=since, cause=cause)
        incident = _incident(fault, since)
        return fault, self._report.detection(incident, "begin", ts, MODEL, snapshot)

    def _end(self, fault: Fault, last: datetime, ts: datetime) -> list[Outgoing]:
        return self._report.detection(_incident(fault, last), "end", ts, MODEL, None)


def _incident(fault: Fault, last: datetime) -> Incident:
    sighting = Sighting(fault.kind, None, WHOLE, 1.0, fault.cause)
    return Incident(fault.track, sighting, fault.since, last)
