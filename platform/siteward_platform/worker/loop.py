"""The loop of ``siteward worker``: collect, judge, acknowledge; tick once a second."""

import logging
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from siteward_contracts.topics import Kind, subscription
from siteward_ingest.delivery import Delivery
from siteward_ingest.receiver import Receiver, retry_delay
from siteward_platform.worker.judge import Judge

log = logging.getLogger(__name__)

TOPICS: Final = [
    subscription(kind)
    for kind in (Kind.TELEMETRY, Kind.DETECTION, Kind.PROGRESS, Kind.EVIDENCE, Kind.STATUS)
]
TICK: Final = 1.0
"""Seconds."""
_PASSING: Final = (OperationalError, InterfaceError, OSError)
"""Troubles that pass: database down or busy, disk full."""


def run(
    receiver: Receiver,
    judge: Judge,
    batch: int,
    linger: float,
    monotonic: Callable[[], float],
    random: Random,
    stop: Callable[[], bool],
) -> None:
    """Works until told to stop; then the batch in hand is finished.

    Args:
        receiver: Where messages come from.
        judge: Who judges them.
        batch: Messages per commit at most.
        linger: Seconds to gather a batch.
        monotonic: Seconds that never run backwards.
        random: Spreads retries.
        stop: Whether to end.
    """
    next_tick = monotonic()

    def interrupted() -> bool:
        return stop() or monotonic() >= next_tick

    while not stop():
        messages = receiver.collect(batch, linger, interrupted)
        session = receiver.session
        if messages and _keep(messages, receiver, judge, batch, random, monotonic, stop):
            receiver.acknowledge(messages, session)
        if monotonic() >= next_tick:
            _tick(judge)
            next_tick = monotonic() + TICK


def _keep(
    messages: Sequence[Delivery],
    receiver: Receiver,
    judge: Judge,
    limit: int,
    random: Random,
    monotonic: Callable[[], float],
    stop: Callable[[], bool],
) -> bool:
    """Whether the messages were taken; gives up only when told to stop."""
    attempt = 0
    while True:
        began = monotonic()
        try:
            _take(judge, messages)
        except _PASSING as error:
            attempt += 1
            judge.metrics.failures.inc()
            delay = retry_delay(attempt, random)
            log.warning("nothing acknowledged, next try in %.1f s: %s", delay, error)
            receiver.pause(delay, limit, stop)
            if stop():
                return False
            continue
        judge.metrics.commit.observe(monotonic() - began)
        return True


def _take(judge: Judge, messages: Sequence[Delivery]) -> None:
    """Takes a batch; one that nothing can be done with is halved until the culprit is alone."""
    try:
        judge.take(messages)
    except _PASSING:
        judge.forget()
        raise
    except Exception:  # one message must never stop the rest
        judge.forget()
        if len(messages) == 1:
            log.exception("message refused: topic=%s", messages[0].topic)
            judge.metrics.refused.labels("internal").inc()
            judge.evidence.refuse(messages[0].payload)
            return
        half = len(messages) // 2
        _take(judge, messages[:half])
        _take(judge, messages[half:])


def _tick(judge: Judge) -> None:
    try:
        judge.tick()
    except SQLAlchemyError as error:
        judge.forget()
        judge.metrics.failures.inc()
        log.warning("tick failed, next try in %.0f s: %s", TICK, error)
    except Exception:  # a project nobody can judge must not stop the rest
        judge.forget()
        judge.metrics.failures.inc()
        log.exception("tick failed")
