"""Claims and their facts as JSON lines, and what the fund rules say of each as JSON lines."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from siteward_rules.facts import ClaimFacts, ProjectFacts
from siteward_rules.money.recommend import assess


class Line(msgspec.Struct, frozen=True):
    """One claim with everything known about its project. ``id`` comes back as it is."""

    facts: ProjectFacts
    claim: ClaimFacts
    id: str = ""


class LineError(ValueError):
    """A line is not a claim with its facts; the text says which line and why."""


_decoder = msgspec.json.Decoder(Line, strict=False)


def assess_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Assesses one claim per line.

    Yields:
        ``{"id", "risk", "hold", "basis", "findings": [{"rule", "severity", "action",
        "explanation": {"zh", "en"}}]}``.

    Raises:
        LineError: A line cannot be read.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked = _decoder.decode(line)
        except msgspec.DecodeError as error:
            raise LineError(f"line {number}: {error}") from error
        yield msgspec.json.encode(_answer(asked)) + b"\n"


def _answer(asked: Line) -> dict[str, Any]:
    found = assess(asked.facts, asked.claim)
    return {
        "id": asked.id,
        "risk": round(found.risk, 4),
        "hold": found.hold,
        "basis": found.basis,
        "findings": [
            {
                "rule": f.rule,
                "version": f.version,
                "severity": f.severity,
                "action": f.action,
                "explanation": f.explanation._asdict(),
                "numbers": {
                    n.name.en: n.value if isinstance(n.value, str) else n.value.en
                    for n in f.numbers
                },
            }
            for f in found.findings
        ],
    }
