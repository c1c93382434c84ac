"""Silences: what people said for a while nobody need be told of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, Literal, get_args

from siteward_rules.alerts.alert import Alert

Field = Literal["project", "kind", "severity", "rule", "device", "zone"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)


@dataclass(frozen=True, slots=True)
class Matcher:
    """A field of an alert and the pattern it must have, or with ``equal`` False must not have.

    ``*`` in a pattern stands for any text and ``?`` for any letter, as in file names.
    """

    field: Field
    pattern: str
    equal: bool = True

    def fits(self, alert: Alert) -> bool:
        """Whether an alert has it."""
        return fnmatchcase(getattr(alert, self.field) or "", self.pattern) == self.equal


@dataclass(frozen=True, slots=True)
class Silence:
    """All its matchers have to fit; ``ends`` does not belong to it."""

    id: int
    matchers: tuple[Matcher, ...]
    starts: datetime
    ends: datetime

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Whether nobody is to be told of an alert now; one without matchers covers nothing."""
        if not self.matchers or not self.starts <= now < self.ends:
            return False
        return all(matcher.fits(alert) for matcher in self.matchers)


def silenced(alerts: Iterable[Alert], silences: Sequence[Silence], now: datetime) -> dict[int, int]:
    """Alert to the silence that covers it; the one that lasts longest is named."""
    lasting = sorted(silences, key=lambda silence: silence.ends, reverse=True)
    found: dict[int, int] = {}
    for alert in alerts:
        for silence in lasting:
            if silence.covers(alert, now):
                found[alert.id] = silence.id
                break
    return found
