"""From messages to what stream rules look at."""

from collections.abc import Container, Iterator
from datetime import datetime

from siteward_contracts.decode import Envelope
from siteward_contracts.messages import Detection, Status, Telemetry
from siteward_rules.stream.alert_state import Cause
from siteward_rules.stream.engine import Observation


def observations(
    envelope: Envelope, reads: Container[str], offline_at: datetime
) -> Iterator[Observation]:
    """What a message says to the rules.

    Args:
        envelope: The message.
        reads: What any rule reads; the rest is left out.
        offline_at: When an agent that is not online went offline: a last will was written
            when the agent connected, so its own stamp says nothing.
    """
    site, device = envelope.topic.site, envelope.topic.device
    message = envelope.message
    if isinstance(message, Telemetry):
        for sample in message.samples:
            for metric, value in sample.readings.items():
                if metric in reads and sample.flags.get(metric, "N") == "N":
                    yield Observation(site, device, metric, sample.ts, value)
    elif isinstance(message, Detection):
        cause = Cause(
            message.track, message.confidence, message.box, message.evidence, message.first_seen
        )
        yield Observation(
            site, device, f"detection.{message.kind}", message.ts, message.confidence,
            message.zone, cause, message.phase == "end",
        )  # fmt: skip
    elif isinstance(message, Status):
        ts = message.ts if message.online else offline_at
        yield Observation(site, device, "online", ts, float(message.online))
