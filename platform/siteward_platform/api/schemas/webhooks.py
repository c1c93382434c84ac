"""Webhooks, what became of their messages, and the treasury's answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from siteward_platform.api.schemas.values import In, Out, PositiveYuan

EventKind = Literal[
    "hold.recommended",
    "hold.decided",
    "hold.released",
    "claim.state",
    "payment.instructed",
    "hazard.major",
]
"""What a webhook may ask to be told."""
MessageKind = EventKind | Literal["webhook.test"]
"""What is sent: events, and the test that somebody asks for."""
DeliveryState = Literal["waiting", "delivered", "dead"]


class WebhookIn(In):
    """Another system to tell; its host must be on the operator's list."""

    name: str = Field(min_length=2, max_length=100)
    url: str = Field(max_length=2000)
    kinds: list[EventKind] = Field(min_length=1)


class WebhookOut(Out):
    """A webhook without its secret; ``last_error`` is why its newest failing message failed."""

    id: int
    name: str
    url: str
    kinds: list[EventKind]
    created_by: str
    created_at: datetime
    ended_at: datetime | None
    waiting: int
    delivered: int
    dead: int
    last_error: str | None


class WebhookMade(WebhookOut):
    """The only answer that ever shows the secret."""

    secret: str


class DeliveryOut(Out):
    """A message: ``dead`` ones were given up and can be sent again; ``status`` is HTTP's."""

    id: str
    kind: MessageKind
    lane: str
    number: int
    made_at: datetime
    state: DeliveryState
    attempts: int
    next_try: datetime
    status: int | None
    error: str
    delivered_at: datetime | None


class TreasuryAnswerIn(In):
    """What became of a claim's payment; ``paid`` states what the bank did."""

    claim: int
    part: Literal["works", "wages"]
    outcome: Literal["accepted", "paid", "rejected"]
    reference: str = Field(min_length=1, max_length=80)
    amount: PositiveYuan
    paid_on: date | None = None
    note: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _paid_has_a_day(self) -> "TreasuryAnswerIn":
        if (self.outcome == "paid") is (self.paid_on is None):
            raise ValueError("paid_on is given exactly when outcome is paid")
        return self


class TreasuryAnswerOut(Out):
    """How an answer was taken; ``repeated`` says it had come before and changed nothing."""

    claim: int
    state: str
    payment: int | None
    repeated: bool


class TreasuryStanding(Out):
    """The treasury's newest word about a part of a claim."""

    part: str
    outcome: str
    reference: str
    amount: Decimal
    paid_on: date | None
    note: str
    received_at: datetime
