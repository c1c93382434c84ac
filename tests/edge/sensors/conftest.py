import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from siteward_contracts.decode import decode
from siteward_contracts.messages import Detection, Message, Sample, Telemetry
from siteward_edge.config.sensors import Judged
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.intake import Intake
from siteward_edge.sensors.measured import Measured


@dataclass
class Bench:
    """An outbox, a clock that is told, and what instruments brought into them."""

    path: Path
    now: datetime = datetime(2026, 3, 11, 6, 31, tzinfo=UTC)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.path, 10**8)

    def intake(self, **devices: Judged) -> Intake:
        named = {name.replace("_", "-"): judged for name, judged in devices.items()}
        return Intake("school", named, self.outbox, lambda: self.now, self.new_id)

    def new_id(self) -> str:
        return f"{next(self.ids):032}"

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def messages(self) -> list[Message]:
        """Everything that waits, as the platform decodes it."""
        self.outbox.release()
        waiting = self.outbox.take(100_000)
        return [decode(w.topic, w.payload, self.now).message for w in waiting]

    def samples(self) -> list[Sample]:
        return [s for m in self.messages() if isinstance(m, Telemetry) for s in m.samples]

    def values(self, metric: str) -> list[float]:
        return [s.readings[metric] for s in self.samples() if metric in s.readings]

    def detections(self) -> list[Detection]:
        return [m for m in self.messages() if isinstance(m, Detection)]

    def findings(self) -> list[tuple[str, str]]:
        return [(d.kind, d.phase) for d in self.detections()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "outbox.db")
    yield made
    made.outbox.close()


def take(bench: Bench, intake: Intake, values: Mapping[str, float], **more: Any) -> None:
    settings: dict[str, Any] = {"device": "dust-1", "ts": bench.now, "values": values} | more
    measured = Measured(**settings)
    asyncio.run(intake.take(measured))


def take_many(
    bench: Bench, intake: Intake, values: Mapping[str, float], times: int, every: float = 10
) -> None:
    for _ in range(times):
        take(bench, intake, values)
        bench.later(every)
