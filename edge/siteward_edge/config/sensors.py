"""What is common to instruments, however they speak: units, ranges, flatlines, silence."""

from typing import Annotated

from pydantic import AfterValidator, Field

from siteward_contracts.catalog import METRICS
from siteward_edge.config.section import Section


def _metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"no such metric; known: {', '.join(METRICS)}")
    return name


MetricName = Annotated[str, AfterValidator(_metric)]


class Flatline(Section):
    """When a value that does not change means a dead sensor.

    Attributes:
        samples: As many equal values in a row.
        seconds: Over at least so long; a fast instrument repeats itself honestly.
    """

    samples: int = Field(default=12, ge=2)
    seconds: float = Field(default=600, ge=0)


class Judged(Section):
    """How an instrument is judged.

    Attributes:
        silent_seconds: Without a reading for so long it counts as silent.
        fault_samples: So many bad samples in a row begin a fault, as many good ones end it.
        clock_tolerance_seconds: Its clock may be so far off before that is told.
        flatline: Metric to when it counts as flat, over the usual table; null for never.
    """

    silent_seconds: float = Field(default=300, gt=0)
    fault_samples: int = Field(default=3, ge=1)
    clock_tolerance_seconds: float = Field(default=60, gt=0)
    flatline: dict[MetricName, Flatline | None] = Field(default_factory=dict)
