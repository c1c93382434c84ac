"""From a decoded message to the points that are kept of it."""

from datetime import datetime

import msgspec

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import Detection, Progress, Status, Telemetry
from siteward_ingest.series import Point

NORMAL = "N"
"""The HJ 212 data flag of a good value; every other flag takes a value out of evaluation."""


def points(envelope: Envelope, received: datetime) -> list[Point]:
    """The points of one message.

    Telemetry gives one point per reading whose flag is normal, and ``{metric}.{period}_avg``,
    ``_min``, ``_max`` and ``_sum`` of what the instrument itself computed; progress gives
    ``progress.{zone}`` in percent; a detection gives ``detection.{kind}``, its confidence when
    it begins and 0 when it ends; status gives ``online`` and ``outbox_depth``. Everything else
    gives none.

    Args:
        envelope: The message and where it came from.
        received: When it arrived. An offline status takes this as its instant, because a last
            will was written when the agent connected, long before it was true.
    """
    site, device = envelope.topic.site, envelope.topic.device
    match envelope.message:
        case Telemetry(samples=samples):
            return [
                Point(site, device, metric, sample.ts, value)
                for sample in samples
                for metric, value in sample.readings.items()
                if not sample.flags or sample.flags.get(metric, NORMAL) == NORMAL
            ] + [
                Point(site, device, f"{metric}.{sample.period}_{name}", sample.ts, value)
                for sample in samples
                for metric, statistic in sample.statistics.items()
                if sample.flags.get(metric, NORMAL) == NORMAL
                for name, value in msgspec.structs.asdict(statistic).items()
                if value is not None
            ]
        case Progress(zone=zone, ts=ts, percent=percent):
            return [Point(site, device, f"progress.{zone}", ts, percent)]
        case Detection(kind=kind, ts=ts, phase=phase, confidence=confidence):
            value = confidence if phase == "begin" else 0.0
            return [Point(site, device, f"detection.{kind}", ts, value)]
        case Status(online=online, ts=ts, outbox=outbox):
            at = ts if online else max(ts, received)
            return [
                Point(site, device, "online", at, float(online)),
                Point(site, device, "outbox_depth", at, float(outbox)),
            ]
    return []


def flagged(envelope: Envelope) -> list[str]:
    """The flags of the readings that :func:`points` leaves out."""
    if not isinstance(envelope.message, Telemetry):
        return []
    return [
        flag
        for sample in envelope.message.samples
        if sample.flags
        for metric, flag in sample.flags.items()
        if flag != NORMAL and metric in sample.readings
    ]
