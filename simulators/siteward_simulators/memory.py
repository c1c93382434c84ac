"""What a simulation remembers between runs: its seed, its first start, how far it has told."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path


class OtherSeedError(Exception):
    """The folder belongs to a world of another seed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Times are aware; ``told_until`` is the instant up to which everything was published."""

    seed: int
    anchor: datetime
    told_until: datetime

    def told(self, until: datetime) -> "Memory":
        """The same with more of it published."""
        return replace(self, told_until=until)


def recall(file: Path, seed: int, anchor: datetime, told_until: datetime) -> Memory:
    """Goes on from an earlier run, or begins.

    Raises:
        OtherSeedError: The earlier run had another seed; the text says what to do.
    """
    if not file.exists():
        memory = Memory(seed, anchor, told_until)
        keep(file, memory)
        return memory
    kept = recall_any(file)
    if kept.seed != seed:
        raise OtherSeedError(
            f"{file} belongs to seed {kept.seed}, not {seed}; "
            f"use --seed {kept.seed} or another --data folder"
        )
    return kept


def keep(file: Path, memory: Memory) -> None:
    """Writes it, whole or not at all."""
    text = json.dumps(asdict(memory), default=lambda when: when.isoformat(), indent=1)
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def recall_any(file: Path) -> Memory:
    """What a run remembers, whatever its seed."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Memory(
        found["seed"],
        datetime.fromisoformat(found["anchor"]),
        datetime.fromisoformat(found["told_until"]),
    )
