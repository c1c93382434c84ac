"""Sends the messages that wait: in order within a lane, until taken or given up.

A message is marked as taken after its receiver took it. A worker that dies in between sends it
again, with the same id, so a receiver that keeps ids takes everything once.
"""

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple

import httpx
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from siteward_contracts.clock import Clock
from siteward_platform.database.models import Webhook, WebhookDelivery
from siteward_platform.database.session import reading, writing
from siteward_platform.refusals import InvalidError
from siteward_platform.webhooks.hosts import check_url
from siteward_platform.webhooks.signing import headers

log = logging.getLogger(__name__)

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Pauses after attempts 1, 2, …; after one more attempt, some three days on, a message is dead.
The schedule follows the one the Standard Webhooks specification recommends."""
_JITTER: Final = 0.2
_REST: Final = timedelta(seconds=60)
"""A receiver that does not answer at all is left alone so long at most, whatever waits for it."""
_LONGEST_WISH: Final = timedelta(days=1)
_BATCH: Final = 50
_GONE: Final = 410
_ERROR_LENGTH: Final = 200


class Reply(NamedTuple):
    """What a receiver said; no status is no answer."""

    status: int | None
    error: str = ""
    retry_after: timedelta | None = None


Post = Callable[[str, dict[str, str], str], Reply]
"""Sends a body with headers to an address; never raises for what a receiver does."""


class Due(NamedTuple):
    """A message whose turn it is."""

    seq: int
    id: str
    webhook: int
    url: str
    secret: str
    body: str
    attempts: int


@dataclass
class Courier:
    """Takes messages from the database to their receivers, one at a time.

    Attributes:
        database: Where messages wait.
        post: Sends one.
        hosts: Hosts that may be sent to; see :func:`check_url`.
        clock: Now.
        random: Spreads retries.
        count: Told of every attempt: ``delivered``, ``failed`` or ``dead``.
    """

    database: Engine
    post: Post
    hosts: Collection[str]
    clock: Clock
    random: Random
    count: Callable[[str], None] = lambda _: None
    _resting: dict[int, datetime] = field(default_factory=dict)

    def round(self) -> int:
        """Sends what is due now.

        Returns:
            How many messages were taken.

        Raises:
            SQLAlchemyError: The database is away; messages wait.
        """
        now, taken = self.clock(), 0
        for due in heads(self.database, now):
            if self._resting.get(due.webhook, now) > now:
                continue
            taken += self._send(due)
        return taken

    def _send(self, due: Due) -> bool:
        at = self.clock()
        try:
            check_url(due.url, self.hosts)
            reply = self.post(due.url, headers(due.secret, due.id, at, due.body), due.body)
        except InvalidError as error:
            reply = Reply(None, error.message)
        outcome, pause = judge(reply, due.attempts + 1, self.random)
        if reply.status is None:
            self._resting[due.webhook] = self.clock() + min(pause, _REST)
        self._keep(due, reply, outcome, pause)
        self.count(outcome)
        if outcome != "delivered":
            log.warning(
                "message %s: %s after attempt %d: %s",
                due.id, outcome, due.attempts + 1, reply.error or reply.status,
            )  # fmt: skip
        return outcome == "delivered"

    def _keep(self, due: Due, reply: Reply, outcome: str, pause: timedelta) -> None:
        now = self.clock()
        with writing(self.database) as session:
            row = session.get_one(WebhookDelivery, due.seq)
            row.attempts += 1
            row.status, row.error = reply.status, reply.error[:_ERROR_LENGTH]
            if outcome == "delivered":
                row.state, row.delivered_at = "delivered", now
            elif row.state == "waiting":
                row.state = "dead" if outcome == "dead" else "waiting"
                row.next_try = now + pause


def heads(database: Engine, now: datetime) -> Sequence[Due]:
    """The first waiting message of every lane, if it is due, oldest first."""
    first = (
        select(func.min(WebhookDelivery.seq))
        .where(WebhookDelivery.state == "waiting")
        .group_by(WebhookDelivery.webhook_id, WebhookDelivery.lane)
    )
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.seq.in_(first), WebhookDelivery.next_try <= now)
        .order_by(WebhookDelivery.seq)
        .limit(_BATCH)
    )
    with reading(database) as session:
        return [
            Due(d.seq, d.id, w.id, w.url, w.secret, d.body, d.attempts)
            for d, w in session.execute(query)
        ]


def judge(reply: Reply, attempt: int, random: Random) -> tuple[str, timedelta]:
    """What becomes of a message (``delivered``, ``failed``, ``dead``), and the pause after it."""
    if reply.status is not None and 200 <= reply.status < 300:
        return "delivered", timedelta(0)
    if reply.status == _GONE or attempt > len(PAUSES):
        return "dead", timedelta(0)
    pause = PAUSES[attempt - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)
    return "failed", max(pause, min(reply.retry_after or pause, _LONGEST_WISH))


def http_post(seconds: float = 10.0) -> Post:
    """Sends by HTTP: no redirects (they could lead off the list of hosts), no proxies.

    Only the status counts; a receiver's body is not read.
    """
    client = httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False)

    def post(url: str, head: dict[str, str], body: str) -> Reply:
        try:
            with client.stream("POST", url, headers=head, content=body.encode()) as answer:
                return Reply(answer.status_code, "", _wish(answer.headers.get("retry-after", "")))
        except httpx.TimeoutException:
            return Reply(None, f"no answer within {seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(None, str(error) or type(error).__name__)

    return post


def _wish(text: str) -> timedelta | None:
    """``Retry-After`` in seconds; its other form, a date, is left to our own schedule."""
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 8 else None


def run(courier: Courier, stop: threading.Event, every: float = 1.0) -> None:
    """Sends until told to stop."""
    while not stop.is_set():
        try:
            while courier.round() and not stop.is_set():
                pass
        except SQLAlchemyError as error:
            log.warning("messages wait for the database: %s", error)
        stop.wait(every)
