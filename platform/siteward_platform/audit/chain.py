"""The chain of the audit log, pure: what an entry's hash covers, and what breaks it.

Since version 2 an entry's hash is taken over its predecessor's hash and the hash of its own
content, so that somebody who may not read an entry can still follow the chain past it, given
the hash of its content (evidence bundles do that). Version 1 hashed both at once.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Literal, Protocol

from siteward_contracts.clock import SHANGHAI

GENESIS: Final = "0" * 64
"""What the first entry follows."""
VERSION: Final = 2
"""How entries are hashed today."""

_NEAR: Final = 1_000
"""How far a moved entry is looked for; one from farther away is called changed."""
_HEAD: Final = re.compile(r"^head: ([0-9]+):([0-9a-f]{64})\s*$", re.MULTILINE)


class Entry(Protocol):
    """One link. ``detail`` is canonical JSON as text: what is hashed must come back as it was."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str
    version: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the log as once written down elsewhere; ``place`` says where."""

    seq: int
    hash: str
    place: str = "the head given"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry at which the chain does not hold, and why."""

    seq: int
    kind: Literal["changed", "missing", "reordered", "unlinked", "unlike_anchor"]
    reason: str


@dataclass
class _Seen:
    """What a walk remembers: the last entry, and anchors it has yet to pass."""

    seq: int = 0
    hash: str = GENESIS
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)


def canonical(value: Mapping[str, object]) -> str:
    """One text for one value: sorted keys, no spaces; money, dates and the like as strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def content_hash(entry: Entry, seq: int | None = None) -> str:
    """SHA-256 over what an entry says, without the link to the one before it."""
    return _sha256(canonical(_said(entry, seq)))


def digest(entry: Entry, seq: int | None = None) -> str:
    """The hash an entry should have; ``seq`` asks as if it were numbered so."""
    if entry.version == 1:
        return _sha256(canonical({**_said(entry, seq), "previous": entry.previous}))
    return link(entry.previous, content_hash(entry, seq))


def link(previous: str, content: str) -> str:
    """The hash of an entry of which only its content's hash is known."""
    return _sha256(previous + content)


def verify(log: Iterable[Entry], anchors: Iterable[Anchor] = ()) -> Broken | None:
    """Walks the chain.

    Args:
        log: Entries, oldest first.
        anchors: Heads as once written down elsewhere.

    Returns:
        The first broken entry, or None.
    """
    seen = _Seen()
    for anchor in anchors:
        seen.anchors.setdefault(anchor.seq, []).append(anchor)
    for entry in log:
        broken = _step(seen, entry)
        if broken:
            return broken
    beyond = [anchor for anchor in seen.anchors.values() if anchor[0].seq > seen.seq]
    if not beyond:
        return None
    last = max(beyond, key=lambda anchors: anchors[0].seq)[0]
    reason = (
        f"entries {seen.seq + 1} to {last.seq} are missing: the log was cut short; "
        f"{last.place} knows entry {last.seq}"
    )
    return Broken(seen.seq + 1, "missing", reason)


def _step(seen: _Seen, entry: Entry) -> Broken | None:
    expected = seen.seq + 1
    if entry.seq > expected:
        upto = f"entries {expected} to {entry.seq - 1} are" if entry.seq > expected + 1 else (
            f"entry {expected} is"
        )  # fmt: skip
        return Broken(expected, "missing", f"{upto} missing")
    if entry.hash != digest(entry):
        was = _written_as(entry)
        if was is not None:
            return Broken(
                entry.seq, "reordered", f"it was written as entry {was} and moved to {entry.seq}"
            )
        return Broken(
            entry.seq,
            "changed",
            f"its content was changed: it hashes to {digest(entry)}, written was {entry.hash}",
        )
    if entry.previous != seen.hash:
        return Broken(
            entry.seq,
            "unlinked",
            f"it does not follow the entry before it: entry {seen.seq} has hash {seen.hash}, "
            f"this one was written after {entry.previous}",
        )
    seen.seq, seen.hash = entry.seq, entry.hash
    for anchor in seen.anchors.get(entry.seq, ()):
        if anchor.hash != entry.hash:
            return Broken(
                entry.seq,
                "unlike_anchor",
                f"it is another entry than the one {anchor.place} knows: it has hash "
                f"{entry.hash}, written down was {anchor.hash}; an entry up to here was rewritten",
            )
    return None


def _written_as(entry: Entry) -> int | None:
    """Under which number an entry has the hash it has; None under none near enough."""
    near = range(max(1, entry.seq - _NEAR), entry.seq + _NEAR)
    return next((seq for seq in near if digest(entry, seq) == entry.hash), None)


def anchor_text(anchor: Anchor, day: date, written: datetime) -> str:
    """An anchor to print, file or send; whoever holds it can prove any later change."""
    local = written.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return (
        "Siteward audit log anchor · 审计日志锚点\n"
        f"date: {day}\nentries: {anchor.seq}\nhead: {anchor.seq}:{anchor.hash}\n"
        f"written: {local}\n"
        "Keep this where the platform cannot reach it. Check: siteward audit verify --anchor FILE\n"
    )


def anchors_in(text: str, place: str) -> Iterator[Anchor]:
    """Every anchor of a text: one file, or several joined."""
    for seq, hashed in _HEAD.findall(text):
        yield Anchor(int(seq), hashed, place)


def _said(entry: Entry, seq: int | None) -> dict[str, object]:
    return {
        "seq": entry.seq if seq is None else seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "role": entry.role,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
