"""One instrument: judges what it measures and notices when it says nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from siteward_contracts.decode import MAX_AGE
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import (
    Detection,
    Message,
    Model,
    Sample,
    SensorStatus,
    Telemetry,
)
from siteward_contracts.topics import Kind, Topic
from siteward_edge.config.sensors import Judged
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.sensors import quality
from siteward_edge.sensors.clock_skew import ClockSkew
from siteward_edge.sensors.findings import Change, Finding, Findings, Key
from siteward_edge.sensors.measured import Measured

REPEAT: Final = timedelta(seconds=60)
"""How often the state of an instrument is told while it does not change."""
CHECKED: Final = Model(name="instrument-check", version="1")
"""Named in findings of ours."""
SAID: Final = Model(name="instrument", version="")
"""Named in what an instrument itself warns of."""
FAULTY: Final[Mapping[str, str]] = {
    "D": "its instrument calls it faulty (flag D)",
    "T": "its instrument calls it out of range (flag T)",
    "B": "its instrument has no link to it (flag B)",
}
"""Data flags that are faults. F (stopped), M (maintenance), S (set by hand) and C (calibration)
are somebody's doing: the value does not count, but nothing is broken."""
_SILENT: Final = Key("device_offline", "")
_CLOCK: Final = Key("sensor_fault", "clock")
_STATE: Final = Key("sensor_fault", "state")
_ORDER: Final = Key("sensor_fault", "order")
_VALUE: Final = Key("sensor_fault", "value")
_NOT_FIT: Final = ("sensor_fault", "sensor_flatline", "device_offline")


class Memory(msgspec.Struct, frozen=True):
    """What is remembered of an instrument over a restart."""

    ok: bool
    since: datetime
    heard: datetime | None = None
    last: dict[str, float] = {}
    open: list[Finding] = []


def memory_key(device: str) -> str:
    """What an instrument is remembered under in the outbox."""
    return f"sensor/{device}"


@dataclass(slots=True)
class SensorWatch:
    """Fed with everything one instrument measures, and with the time.

    Attributes:
        site: Of the messages it writes.
        device: The instrument.
        judged: How it is judged.
        new_id: For messages and tracks.
        started: When the agent began to listen; before it silence is not the instrument's.
    """

    site: str
    device: str
    judged: Judged
    new_id: IdSource
    started: datetime
    findings: Findings = field(default_factory=Findings)
    heard: datetime | None = None
    clock_offset: float | None = None
    last: dict[str, float] = field(default_factory=dict)
    _skew: ClockSkew = field(default_factory=ClockSkew)
    _runs: dict[str, quality.Run] = field(default_factory=dict)
    _flags: Mapping[str, str] = field(default_factory=dict)
    _ok: bool = True
    _since: datetime | None = None
    _told: datetime | None = None

    def resume(self, memory: str | None) -> None:
        """Takes up what was remembered before a restart."""
        if memory is None:
            return
        known = msgspec.json.decode(memory, type=Memory)
        self._ok, self._since, self.heard = known.ok, known.since, known.heard
        self.last = known.last
        self.findings.open = {finding.key: finding for finding in known.open}

    def remember(self) -> str:
        """What is to be remembered."""
        since = self._since or self.started
        going_on = list(self.findings.open.values())
        memory = Memory(self._ok, since, self.heard, self.last, going_on)
        return msgspec.json.encode(memory).decode()

    @property
    def key(self) -> str:
        """What it is remembered under."""
        return memory_key(self.device)

    def take(self, measured: Measured, now: datetime) -> tuple[list[Outgoing], list[str]]:
        """Judges what was measured.

        Returns:
            Messages to send, and why values were left out, one line each.
        """
        good, bad = quality.plausible(measured.values, measured.flags)
        refused = [*measured.refused, *bad.values()]
        ts = self._ts(measured, now)
        if not measured.live:
            return self._telemetry(measured, ts, good), refused
        self.heard = now
        changes = self.findings.observe({_SILENT: ""}, now, self.new_id)
        changes += self._judge(measured, good, bad, ts, now)
        if good:
            self.last = good
        if measured.values or not measured.period:
            others = {n: f for n, f in self._flags.items() if n not in measured.values}
            self._flags = others | dict(measured.flags)
        state = self._state(now, bool(changes))
        flagged = {name: value for name, value in measured.values.items() if name in measured.flags}
        readings = flagged | good
        messages = self._telemetry(measured, ts, readings) + self._detections(changes, now)
        if state:
            messages.append(self._readings(state, now))
        return messages, refused

    def tick(self, now: datetime) -> list[Outgoing]:
        """Notices silence; to be called every few seconds."""
        quiet = now - max(self.heard or self.started, self.started)
        if quiet.total_seconds() < self.judged.silent_seconds:
            return []
        last = "never heard" if self.heard is None else f"last heard {self.heard.isoformat()}"
        detail = f"no reading for {quiet.total_seconds():.0f} s, {last}; check power and link"
        changes = self.findings.observe({_SILENT: detail}, now, self.new_id)
        self._runs.clear()
        state = self._state(now, bool(changes))
        messages = self._detections(changes, now)
        return [*messages, self._readings(state, now)] if state else messages

    def status(self) -> SensorStatus:
        """How it stands."""
        wrong = [f.detail for f in list(self.findings.open.values()) if f.kind in _NOT_FIT]
        wrong += [f"{name} is flagged {flag}" for name, flag in self._flags.items()]
        return SensorStatus(
            device=self.device,
            ok=self._ok,
            since=self._since or self.started,
            last_reading=self.heard,
            cause="; ".join(dict.fromkeys(wrong)),
            clock_offset=self.clock_offset,
        )

    def _ts(self, measured: Measured, now: datetime) -> datetime:
        """When it was measured by our clock."""
        tolerance = timedelta(seconds=self.judged.clock_tolerance_seconds)
        if measured.live and measured.sent is not None:
            self.clock_offset = self._skew.observe(measured.sent, now)
        ahead = timedelta(seconds=self.clock_offset or 0)
        ts = measured.ts - ahead if abs(ahead) > tolerance else measured.ts
        return ts if now - MAX_AGE < ts <= now + tolerance else now

    def _judge(
        self,
        measured: Measured,
        good: Mapping[str, float],
        bad: Mapping[str, str],
        ts: datetime,
        now: datetime,
    ) -> list[Change]:
        faults = {Key("sensor_fault", name): "" for name in good if name not in measured.flags}
        faults |= {Key("sensor_fault", name): reason for name, reason in bad.items()}
        faults |= {
            Key("sensor_fault", name): f"{name}: {FAULTY[flag]}" if flag in FAULTY else ""
            for name, flag in measured.flags.items()
        }
        sound = {name: value for name, value in good.items() if name not in measured.flags}
        if (wrong := quality.disorder(sound)) is not None:
            faults[_ORDER] = wrong
        if measured.values or measured.refused:
            faults[_VALUE] = "; ".join(measured.refused)
        if self.clock_offset is not None:
            faults[_CLOCK] = self._clock(self.clock_offset)
        enough = self.judged.fault_samples
        observe = self.findings.observe
        changes = observe(faults, now, self.new_id, begin=enough, end=enough)
        changes += observe(self._flats(sound, ts), now, self.new_id)
        if measured.state is not None:
            changes += observe({_STATE: measured.state}, now, self.new_id)
        return changes + observe(self._alarms(measured), now, self.new_id, end=enough)

    def _alarms(self, measured: Measured) -> dict[Key, str]:
        if measured.alarms is None:
            return {}
        # Also those going on that the register map, changed meanwhile, does not name any more.
        before = {key: "" for key in self.findings.open if key.kind not in _NOT_FIT}
        return before | {Key(kind, ""): said for kind, said in measured.alarms.items()}

    def _clock(self, offset: float) -> str:
        if abs(offset) <= self.judged.clock_tolerance_seconds:
            return ""
        way = "ahead of" if offset > 0 else "behind"
        return f"its clock is {abs(offset):.0f} s {way} ours, times are corrected; set it"

    def _flats(self, values: Mapping[str, float], ts: datetime) -> dict[Key, str]:
        looked_at = {}
        limits = {**quality.FLATLINES, **self.judged.flatline}
        for name, value in values.items():
            limit = limits.get(name)
            if limit is None:
                if Key("sensor_flatline", name) in self.findings.open:  # judged before a restart
                    looked_at[Key("sensor_flatline", name)] = ""
                continue
            if quality.may_stand_still(name, value, values):
                self._runs.pop(name, None)
                looked_at[Key("sensor_flatline", name)] = ""
                continue
            run = self._runs[name] = quality.continued(self._runs.get(name), value, ts)
            flat = quality.flat(run, ts, limit)
            detail = f"{name} has been {value:g} in {run.samples} samples since {run.since}"
            looked_at[Key("sensor_flatline", name)] = detail if flat else ""
        return looked_at

    def _state(self, now: datetime, changed: bool) -> dict[str, float]:
        """``sensor_ok`` and what goes with it, when it is time to tell."""
        kinds = {finding.kind for finding in self.findings.open.values()}
        ok = kinds.isdisjoint(_NOT_FIT) and not self._flags
        if ok != self._ok or self._since is None:
            changed, self._ok, self._since = True, ok, now
        if not changed and self._told is not None and now - self._told < REPEAT:
            return {}
        self._told = now
        state = {"sensor_ok": float(ok), "online": float(_SILENT not in self.findings.open)}
        if self.clock_offset is not None:
            state["sensor_clock_offset"] = round(self.clock_offset, 1)
        return state

    def _telemetry(
        self, measured: Measured, ts: datetime, readings: Mapping[str, float]
    ) -> list[Outgoing]:
        if not readings and not measured.statistics:
            return []
        sample = Sample(
            ts=ts,
            readings=dict(readings),
            flags=dict(measured.flags),
            period=measured.period,
            statistics=dict(measured.statistics),
        )
        name = measured.id or self.new_id()
        return [self._out(Kind.TELEMETRY, Telemetry(id=name, ts=ts, samples=[sample]))]

    def _readings(self, readings: dict[str, float], ts: datetime) -> Outgoing:
        sample = Sample(ts=ts, readings=readings)
        return self._out(Kind.TELEMETRY, Telemetry(id=self.new_id(), ts=ts, samples=[sample]))

    def _detections(self, changes: list[Change], now: datetime) -> list[Outgoing]:
        return [
            self._out(
                Kind.DETECTION,
                Detection(
                    id=self.new_id(),
                    ts=now,
                    kind=finding.kind,
                    phase=phase,
                    confidence=1.0,
                    track=finding.track,
                    box=(0.0, 0.0, 1.0, 1.0),
                    model=CHECKED if finding.kind in _NOT_FIT else SAID,
                    first_seen=finding.since,
                    last_seen=finding.last if phase == "end" else None,
                    detail=finding.detail,
                ),
            )
            for phase, finding in changes
        ]

    def _out(self, kind: Kind, message: Message) -> Outgoing:
        return Outgoing(Topic(self.site, self.device, kind), msgspec.json.encode(message))
