"""``siteward edge outbox``: what waits, what was not kept and what nobody could read.

The file is opened for reading only, beside a running agent.
"""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from siteward_contracts.topics import Topic, parse_topic
from siteward_edge.delivery.thinning import made_at

REFUSED_SHOWN: Final = 20
"""Of the raw data nobody could read, the newest."""


class NoOutboxError(Exception):
    """There is no outbox to look into; the text says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one topic that wait, and when the oldest was made."""

    topic: Topic
    messages: int
    bytes: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Raw data nobody could read, and why."""

    at: str
    source: str
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Contents:
    """What an outbox holds."""

    waiting: list[Waiting]
    counts: dict[str, int]
    refused: list[Refused]
    refused_in_all: int


def contents(path: Path) -> Contents:
    """Looks into an outbox.

    Raises:
        NoOutboxError: There is none.
        sqlite3.Error: It cannot be read.
    """
    with closing(_open(path)) as db:
        query = "SELECT topic, count(*), sum(size), min(seq) FROM messages GROUP BY topic"
        waiting = [
            Waiting(parse_topic(topic), n, size, _made(db, seq))
            for topic, n, size, seq in db.execute(query)
        ]
        counts = dict(db.execute("SELECT name, n FROM counts ORDER BY name").fetchall())
        query = "SELECT at, source, reason, raw FROM rejected ORDER BY id DESC LIMIT ?"
        refused = [Refused(*row) for row in db.execute(query, (REFUSED_SHOWN,))]
        in_all = db.execute("SELECT count(*) FROM rejected").fetchone()[0]
    return Contents(waiting, counts, refused, in_all)


def export(path: Path) -> Iterator[str]:
    """Everything in it as lines of JSON: messages in the order they wait, then what was refused.

    Raises:
        NoOutboxError: There is none.
        sqlite3.Error: It cannot be read.
    """
    with closing(_open(path)) as db:
        for seq, topic, payload in db.execute(
            "SELECT seq, topic, payload FROM messages ORDER BY seq"
        ):
            yield _line({"message": seq, "topic": topic, "payload": _text(payload)})
        for at, source, reason, raw in db.execute(
            "SELECT at, source, reason, raw FROM rejected ORDER BY id"
        ):
            yield _line({"refused": reason, "at": at, "source": source, "raw": _text(raw)})


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise NoOutboxError(f"no outbox at {path}; has the agent run here, as this user?")
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _made(db: sqlite3.Connection, seq: int) -> datetime | None:
    row = db.execute("SELECT payload FROM messages WHERE seq = ?", (seq,)).fetchone()
    return made_at(row[0]) if row else None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
