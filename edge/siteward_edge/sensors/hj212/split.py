"""Puts split HJ 212 messages together again, whatever the order of their parts. Pure."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from siteward_edge.sensors.hj212.packet import BadPacketError, Packet

WAIT: Final = timedelta(seconds=60)
"""After the first part the others must have come."""
MOST_PARTS: Final = 99
"""Of one message; the standard's four digits would let a box fill the memory."""
MOST_MESSAGES: Final = 8
"""Unfinished at a time on one connection."""
_NEXT_ITEM: Final = re.compile(r"[^;,=&]+=")

_Id = tuple[str, str, int, int]


@dataclass(slots=True)
class _Unfinished:
    since: datetime
    parts: dict[int, Packet] = field(default_factory=dict)


@dataclass(slots=True)
class Assembly:
    """Messages of one connection of which parts are missing."""

    _unfinished: dict[_Id, _Unfinished] = field(default_factory=dict)

    def add(self, part: Packet, now: datetime) -> Packet | None:
        """Takes a part; returns the whole message once it is there.

        A part that comes again replaces itself.

        Raises:
            BadPacketError: There are more parts than anybody needs.
        """
        if part.pnum == 1:
            return part
        if part.pnum > MOST_PARTS:
            raise BadPacketError(
                "shape", f"{part.pnum} parts; at most {MOST_PARTS} are put together"
            )
        name = (part.mn, part.qn, part.cn, part.pnum)
        message = self._unfinished.setdefault(name, _Unfinished(now))
        message.parts[part.pno] = part
        if len(message.parts) < part.pnum:
            return None
        del self._unfinished[name]
        parts = [message.parts[number] for number in range(1, part.pnum + 1)]
        cp = parts[0].cp
        for following in parts[1:]:
            cp = _joined(cp, following.cp)
        return replace(part, cp=cp, pnum=1, pno=1)

    def overdue(self, now: datetime | None = None) -> list[Packet]:
        """Gives up messages whose parts did not all come; without a time, every one.

        Returns:
            The parts that did come.
        """
        late = [
            name
            for index, (name, message) in enumerate(self._unfinished.items())
            if now is None
            or now - message.since > WAIT
            or index < len(self._unfinished) - MOST_MESSAGES
        ]
        return [part for name in late for part in self._unfinished.pop(name).parts.values()]


def _joined(before: str, after: str) -> str:
    """Two data regions one after the other.

    Some boxes cut between items and drop the separator there, others cut anywhere. An item
    holds one ``=``: where a new one begins after a complete one, a separator is missing.
    """
    item = re.split("[;,]", before)[-1]
    missing = "=" in item and _NEXT_ITEM.match(after)
    return f"{before};{after}" if missing else before + after
