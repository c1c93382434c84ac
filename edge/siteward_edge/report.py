"""Findings of one device as messages, each picture that proves one sent before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from siteward_contracts.ids import IdSource
from siteward_contracts.messages import Detection, Message, Model, Progress, Sample, Telemetry
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.snapshot import Occasion, Seal, Snapshot
from siteward_edge.hazards.incidents import Incident
from siteward_edge.progress.zone import Finding
from siteward_edge.vision.ports import Frame


@dataclass(frozen=True, slots=True)
class Report:
    """Writes the messages of one device; ``seal`` vouches for its pictures."""

    site: str
    device: str
    new_id: IdSource
    seal: Seal = field(default_factory=Seal)

    def snapshot(self, frame: Frame, body: bytes = b"") -> Snapshot:
        """A picture that may become evidence; ``body`` is its JPEG where it has one."""
        return Snapshot(self.site, frame, self.seal, body)

    def telemetry(self, readings: Mapping[str, float], ts: datetime) -> Outgoing:
        """Readings of one instant."""
        sample = Sample(ts=ts, readings=dict(readings))
        return self._out(Kind.TELEMETRY, Telemetry(id=self.new_id(), ts=ts, samples=[sample]))

    def detection(
        self,
        incident: Incident,
        phase: Literal["begin", "end"],
        ts: datetime,
        model: Model,
        snapshot: Snapshot | None,
        threshold: float | None = None,
    ) -> list[Outgoing]:
        """Begin or end of an incident; with a picture when one is given."""
        seen = incident.sighting
        occasion = Occasion(
            seen.kind, seen.zone, seen.box, seen.confidence, threshold=threshold, model=model
        )
        evidence, messages = snapshot.prove(self.new_id, occasion) if snapshot else (None, [])
        message = Detection(
            id=self.new_id(),
            ts=ts,
            kind=seen.kind,
            phase=phase,
            confidence=round(seen.confidence, 3),
            track=incident.track,
            zone=seen.zone,
            box=seen.box,
            model=model,
            evidence=evidence,
            first_seen=incident.first_seen,
            last_seen=incident.last_seen if phase == "end" else None,
            threshold=threshold,
            detail=seen.detail,
        )
        return [*messages, self._out(Kind.DETECTION, message)]

    def progress(
        self, zone: str, finding: Finding, method: str, pictures: tuple[str, str], ts: datetime
    ) -> Outgoing:
        """The state of a zone, naming its picture and the one before it; empty for none."""
        evidence, before = pictures
        message = Progress(
            id=self.new_id(),
            ts=ts,
            zone=zone,
            state=finding.state.code,
            percent=finding.percent,
            confidence=round(finding.confidence, 3),
            coverage=round(finding.coverage, 3),
            method=method,
            uncertain=finding.uncertain,
            evidence=evidence or None,
            before=before or None,
            last_good=finding.last_good,
        )
        return self._out(Kind.PROGRESS, message)

    def _out(self, kind: Kind, message: Message) -> Outgoing:
        return Outgoing(Topic(self.site, self.device, kind), msgspec.json.encode(message))
