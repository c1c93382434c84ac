"""The loop of ``siteward ingest``: collect, keep, acknowledge; when in trouble, wait and retry."""

import logging
from collections.abc import Callable, Sequence
from random import Random

from siteward_contracts.topics import ROOT, Kind, subscription
from siteward_ingest.delivery import Delivery
from siteward_ingest.intake import Intake
from siteward_ingest.metrics import Metrics
from siteward_ingest.quarantine import QuarantineError
from siteward_ingest.receiver import Receiver, retry_delay
from siteward_ingest.series import StoreUnavailableError

log = logging.getLogger(__name__)

TOPICS = [
    *(subscription(k) for k in (Kind.TELEMETRY, Kind.DETECTION, Kind.PROGRESS, Kind.STATUS)),
    f"{ROOT}/+",  # topics of a wrong depth, so that a lost device shows up in the quarantine
    f"{ROOT}/+/+/+/+/#",
]
"""Evidence and frames are not for us, so an unknown kind cannot be caught without their bulk."""


def run(
    receiver: Receiver,
    intake: Intake,
    metrics: Metrics,
    batch: int,
    linger: float,
    random: Random,
    stop: Callable[[], bool],
) -> None:
    """Works until told to stop; then the batch in hand is finished.

    Args:
        receiver: Where messages come from.
        intake: Where they go.
        metrics: Counts failures.
        batch: Messages per commit at most.
        linger: Seconds to gather a batch.
        random: Spreads retries.
        stop: Whether to end.
    """
    while not stop():
        messages = receiver.collect(batch, linger, stop)
        if not messages:
            continue
        session = receiver.session
        if _keep(messages, receiver, intake, metrics, batch, random, stop):
            receiver.acknowledge(messages, session)


def _keep(
    messages: Sequence[Delivery],
    receiver: Receiver,
    intake: Intake,
    metrics: Metrics,
    limit: int,
    random: Random,
    stop: Callable[[], bool],
) -> bool:
    """Whether the messages were kept; gives up only when told to stop."""
    attempt = 0
    while True:
        try:
            intake.take(messages)
            return True
        except (StoreUnavailableError, QuarantineError) as error:
            attempt += 1
            metrics.store_failures.inc()
            delay = retry_delay(attempt, random)
            log.warning("nothing acknowledged, next try in %.1f s: %s", delay, error)
        receiver.pause(delay, limit, stop)
        if stop():
            return False
