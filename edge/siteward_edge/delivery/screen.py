"""Shows an outbox to people and programs."""

import json
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from siteward_edge.delivery.inspect import Contents, Refused

RAW_SHOWN = 60
"""Bytes of unreadable data that fit a line."""


def show(found: Contents, now: datetime, screen: Console) -> None:
    """Tables of what waits, what was counted and what nobody could read."""
    if found.waiting:
        table = Table("device", "kind", "messages", "kB", "oldest", title="waiting")
        for row in sorted(found.waiting, key=lambda w: (w.topic.device, w.topic.kind)):
            age = f"{row.oldest:%Y-%m-%d %H:%M:%S}Z, {_age(row.oldest, now)}" if row.oldest else "?"
            kilobytes = f"{row.bytes / 1000:.0f}"
            table.add_row(row.topic.device, row.topic.kind, str(row.messages), kilobytes, age)
        screen.print(table)
    else:
        screen.print("nothing waits")
    if found.counts:
        table = Table("counted since the outbox was made", "")
        for name, n in found.counts.items():
            table.add_row(escape(name), str(n))
        screen.print(table)
    if found.refused:
        title = f"could not be read: the newest {len(found.refused)} of {found.refused_in_all}"
        table = Table("at", "source", "reason", "raw", title=title)
        for item in found.refused:
            table.add_row(
                item.at[:19], escape(item.source), escape(item.reason), escape(_raw(item))
            )
        screen.print(table)


def as_json(found: Contents) -> str:
    """The same for programs."""
    value: dict[str, Any] = {
        "waiting": [
            {
                "device": row.topic.device,
                "kind": row.topic.kind,
                "messages": row.messages,
                "bytes": row.bytes,
                "oldest": row.oldest.isoformat() if row.oldest else None,
            }
            for row in found.waiting
        ],
        "counts": found.counts,
        "refused": [
            {"at": r.at, "source": r.source, "reason": r.reason, "raw": r.raw.decode("latin-1")}
            for r in found.refused
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=2)


def _raw(item: Refused) -> str:
    text = item.raw[:RAW_SHOWN].decode("latin-1")
    shown = "".join(c if c.isprintable() else "·" for c in text)
    return shown + (f"… {len(item.raw)} bytes" if len(item.raw) > RAW_SHOWN else "")


def _age(then: datetime, now: datetime) -> str:
    seconds = (now - then).total_seconds()
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"
