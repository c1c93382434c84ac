"""What is wrong with an instrument, or what it warns of, with a begin and an end. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from siteward_contracts.ids import IdSource


class Key(NamedTuple):
    """Hazard kind, and what of the instrument it is about: a metric, ``clock``, ``state``."""

    kind: str
    about: str


class Finding(msgspec.Struct, frozen=True):
    """Something going on.

    Attributes:
        kind: Of hazard.
        about: What of the instrument.
        track: Names it in its begin and its end.
        since: When it was first noticed.
        last: When it was last noticed.
        detail: What exactly, for the reader.
    """

    kind: str
    about: str
    track: str
    since: datetime
    last: datetime
    detail: str

    @property
    def key(self) -> Key:
        """Two of one key are never open at once."""
        return Key(self.kind, self.about)


@dataclass(slots=True)
class _Streak:
    bad: int = 0
    good: int = 0
    since: datetime | None = None


Change = tuple[Literal["begin", "end"], Finding]


@dataclass(slots=True)
class Findings:
    """All of one instrument.

    Attributes:
        open: Those going on.
    """

    open: dict[Key, Finding] = field(default_factory=dict)
    _streaks: dict[Key, _Streak] = field(default_factory=dict)

    def observe(
        self,
        looked_at: Mapping[Key, str],
        at: datetime,
        new_id: IdSource,
        *,
        begin: int = 1,
        end: int = 1,
    ) -> list[Change]:
        """Takes one look.

        Args:
            looked_at: What could be judged, with what is wrong with it, empty when nothing is.
            at: When.
            new_id: For the track of a new one.
            begin: So many bad looks in a row begin a finding.
            end: So many good ones end it.

        Returns:
            What began and what ended by it.
        """
        changes: list[Change] = []
        for key, detail in looked_at.items():
            streak = self._streaks.setdefault(key, _Streak())
            going_on = self.open.get(key)
            if detail:
                streak.bad, streak.good = streak.bad + 1, 0
                streak.since = streak.since or at
                if going_on is not None:
                    self.open[key] = msgspec.structs.replace(going_on, last=at)
                elif streak.bad >= begin:
                    found = Finding(key.kind, key.about, new_id(), streak.since, at, detail)
                    self.open[key] = found
                    changes.append(("begin", found))
            else:
                streak.bad, streak.good, streak.since = 0, streak.good + 1, None
                if going_on is not None and streak.good >= end:
                    changes.append(("end", self.open.pop(key)))
        return changes
