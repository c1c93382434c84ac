"""What an instrument measured at one instant, however it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siteward_contracts.messages import Statistic


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of one instrument, in the catalogue's metrics and units.

    Attributes:
        device: Its name in topics.
        ts: When they were taken, by the instrument's clock if it has one.
        values: Metric to value; not yet judged.
        flags: Metric to HJ 212 data flag where it is not N (normal).
        statistics: Metric to what the instrument itself computed over ``period``.
        period: Of the statistics.
        refused: What could not be read as a value and why, one line each.
        alarms: Hazard kind to what the instrument says about it, empty when that alarm is off;
            None where the instrument has no alarms of its own.
        state: What keeps the whole instrument from measuring; empty when nothing does, None
            when it does not say.
        live: False for what was measured earlier and comes now; it is kept, not judged.
        sent: When it was sent, by the instrument's clock, if that is told.
        raw: What it was read from, for the list of refused data.
        id: Message id, where the same data must give the same message.
    """

    device: str
    ts: datetime
    values: Mapping[str, float] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    statistics: Mapping[str, Statistic] = field(default_factory=dict)
    period: Literal["", "minute", "hour", "day"] = ""
    refused: tuple[str, ...] = ()
    alarms: Mapping[str, str] | None = None
    state: str | None = None
    live: bool = True
    sent: datetime | None = None
    raw: bytes = b""
    id: str | None = None
