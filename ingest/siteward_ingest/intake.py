"""One batch of messages: decoded, freed of duplicates, kept or quarantined."""

import logging
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from siteward_contracts.clock import Clock
from siteward_contracts.decode import Envelope, RefusedError, decode
from siteward_ingest.delivery import Delivery
from siteward_ingest.mapping import flagged, points
from siteward_ingest.metrics import Metrics
from siteward_ingest.quarantine import Quarantine, Refused, refused
from siteward_ingest.series import Point, SeriesStore, StoreError, StoreUnavailableError

log = logging.getLogger(__name__)


class RecentIds:
    """Remembers at least the last ``size`` message ids and at most twice as many."""

    def __init__(self, size: int) -> None:
        """Starts with none."""
        self._size = size
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, message_id: object) -> bool:
        """Whether an id is remembered."""
        return message_id in self._young or message_id in self._old

    def add(self, ids: set[str]) -> None:
        """Remembers ids, forgetting the oldest."""
        self._young |= ids
        if len(self._young) >= self._size:
            self._old, self._young = self._young, set()


class Accepted(msgspec.Struct, frozen=True):
    """A message to keep, and the points that are kept of it."""

    delivery: Delivery
    envelope: Envelope
    points: list[Point]


@dataclass(slots=True)
class Sorted:
    """A batch after decoding: what to keep, what to quarantine, what came before."""

    accepted: list[Accepted] = field(default_factory=list)
    bad: list[Refused] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    duplicates: int = 0


def sort(batch: Sequence[Delivery], now: datetime, seen: Container[str]) -> Sorted:
    """Decodes a batch and takes duplicates and refusals out of it."""
    result = Sorted()
    for delivery in batch:
        try:
            envelope = decode(delivery.topic, delivery.payload, now)
            kept = points(envelope, now)
        except RefusedError as error:
            result.bad.append(_refusal(delivery, now, error.problem.reason, error.problem.detail))
            continue
        except Exception as error:  # one message must never stop the rest
            log.exception("a message tripped a fault of ours")
            result.bad.append(_refusal(delivery, now, "internal", repr(error)))
            continue
        key = envelope.message.id
        if key in result.ids or key in seen:
            result.duplicates += 1
            continue
        if envelope.problems:  # its id is not remembered, so that it can be replayed
            result.bad.append(_partial(delivery, now, envelope))
        else:
            result.ids.add(key)
        result.accepted.append(Accepted(delivery, envelope, kept))
    return result


class Intake:
    """Takes batches; when :meth:`take` returns, every message is kept, known or quarantined."""

    def __init__(
        self,
        store: SeriesStore,
        quarantine: Quarantine,
        metrics: Metrics,
        clock: Clock,
        monotonic: Callable[[], float],
        remembered_ids: int,
    ) -> None:
        """Keeps what it works with; the caller closes store and quarantine."""
        self._store, self._quarantine, self._metrics = store, quarantine, metrics
        self._clock, self._monotonic = clock, monotonic
        self._seen = RecentIds(remembered_ids)

    def take(self, batch: Sequence[Delivery]) -> None:
        """Makes a batch durable.

        Raises:
            StoreUnavailableError: Nothing is promised; take the same batch again later.
            QuarantineError: As above.
        """
        began, now = self._monotonic(), self._clock()
        result = sort(batch, now, self._seen)
        kept, unfit = self._write(result.accepted, now)
        bad = result.bad + unfit
        evicted = self._quarantine.add(bad)
        self._seen.add(result.ids)
        metrics = self._metrics
        metrics.commit.observe(self._monotonic() - began)
        metrics.messages.inc(len(batch))
        metrics.points.inc(kept)
        metrics.duplicates.inc(result.duplicates)
        metrics.evicted.inc(evicted)
        for record in bad:
            metrics.quarantined.labels(record.reason).inc()
        for accepted in result.accepted:
            for flag in flagged(accepted.envelope):
                metrics.flagged.labels(flag).inc()
        if result.accepted:
            newest = result.accepted[-1].envelope.message.ts
            metrics.lag.set((now - newest).total_seconds())

    def _write(self, accepted: list[Accepted], now: datetime) -> tuple[int, list[Refused]]:
        """Points kept, and records of the messages that the store will never take."""
        batch = [point for message in accepted for point in message.points]
        try:
            if batch:
                self._store.write(batch)
            return len(batch), []
        except StoreUnavailableError:
            raise
        except StoreError as error:
            log.warning("the store refuses a batch; writing message by message: %s", error)
        kept, unfit = 0, []
        for message in accepted:
            try:
                self._store.write(message.points)
                kept += len(message.points)
            except StoreUnavailableError:
                raise
            except StoreError as error:
                unfit.append(_refusal(message.delivery, now, "store_refused", str(error)))
        return kept, unfit


def _refusal(delivery: Delivery, now: datetime, reason: str, detail: str) -> Refused:
    return refused(now, delivery.topic, reason, detail, delivery.payload)


def _partial(delivery: Delivery, now: datetime, envelope: Envelope) -> Refused:
    first, *others = envelope.problems
    more = f"; and {len(others)} more readings" if others else ""
    detail = f"{first.detail}{more}; the other readings are stored"
    return _refusal(delivery, now, first.reason, detail)
