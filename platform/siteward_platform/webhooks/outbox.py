"""Messages written in the transaction of the act they tell of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import desc, func, select

from siteward_contracts.ids import new_id
from siteward_platform.act import Act
from siteward_platform.api.schemas.webhooks import EventKind, MessageKind
from siteward_platform.database.models import Claim, HazardRecord, Webhook, WebhookDelivery
from siteward_platform.webhooks.messages import body_of, claim_data, hazard_data
from siteward_rules.money.claims import ClaimState

_OF_ACTION: Final[dict[str, EventKind]] = {
    "hold.recommend": "hold.recommended",
    "hold.decide": "hold.decided",
    "hold.release": "hold.released",
}
"""Entries of the audit log that are events of their own."""


def keep_messages(act: Act) -> None:
    """Writes what an act's log entries mean to others; called once, just before the commit."""
    claims = _numbers(act, "claim:")
    hazards = _numbers(act, "hazard:")
    if not claims and not hazards:
        return
    webhooks = standing_webhooks(act)
    if not webhooks:
        return
    for id in claims:
        claim = act.session.get_one(Claim, id)
        data = claim_data(act.session, claim)
        actions = [action for action, subject in act.logged if subject == f"claim:{id}"]
        for webhook in webhooks:
            for kind in _told(act, webhook, claim, actions):
                more = _instruction(data) if kind == "payment.instructed" else {}
                _write(act, webhook, kind, f"claim:{id}", {**data, **more})
    for id in hazards:
        hazard = act.session.get_one(HazardRecord, id)
        if hazard.severity != "major":
            continue
        for webhook in webhooks:
            if _newest(act, webhook, f"hazard:{id}", "hazard.major") is None:
                _write(act, webhook, "hazard.major", f"hazard:{id}", hazard_data(hazard))


def standing_webhooks(act: Act) -> Sequence[Webhook]:
    """Those that have not ended."""
    query = select(Webhook).where(Webhook.ended_at.is_(None)).order_by(Webhook.id)
    return act.session.scalars(query).all()


def write_message(
    act: Act, webhook: Webhook, kind: MessageKind, lane: str, data: Mapping[str, Any]
) -> WebhookDelivery:
    """Puts one message for one webhook behind the others of its lane."""
    query = select(func.count()).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.lane == lane
    )
    number = (act.session.scalar(query) or 0) + 1
    delivery = WebhookDelivery(
        id=f"msg_{new_id()}",
        webhook_id=webhook.id,
        lane=lane,
        number=number,
        kind=kind,
        body=body_of(kind, act.at, number, data),
        made_at=act.at,
        next_try=act.at,
    )
    act.session.add(delivery)
    act.session.flush()
    return delivery


def _write(act: Act, webhook: Webhook, kind: EventKind, lane: str, data: Mapping[str, Any]) -> None:
    if kind in webhook.kinds:
        write_message(act, webhook, kind, lane, data)


def _told(act: Act, webhook: Webhook, claim: Claim, actions: Sequence[str]) -> Iterator[EventKind]:
    """What happened to a claim in the order it is told."""
    yield from dict.fromkeys(_OF_ACTION[action] for action in actions if action in _OF_ACTION)
    lane = f"claim:{claim.id}"
    if _state_told(_newest(act, webhook, lane, "claim.state")) != claim.state:
        yield "claim.state"
    instructed = claim.state == ClaimState.TREASURY_INSTRUCTED
    if instructed and "claim.instruct" in actions:
        yield "payment.instructed"


def _instruction(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the treasury is to pay: the works part as it is due at this moment."""
    account = data["payee_account"]
    return {"instruction": {"part": "works", "amount": data["works_due"], "account": account}}


def _newest(act: Act, webhook: Webhook, lane: str, kind: EventKind) -> WebhookDelivery | None:
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id,
        WebhookDelivery.lane == lane,
        WebhookDelivery.kind == kind,
    )
    return act.session.scalars(query.order_by(desc(WebhookDelivery.seq)).limit(1)).first()


def _state_told(delivery: WebhookDelivery | None) -> str | None:
    return None if delivery is None else str(json.loads(delivery.body)["data"]["state"])


def _numbers(act: Act, prefix: str) -> list[int]:
    subjects = dict.fromkeys(s for _, s in act.logged if s.startswith(prefix))
    return [int(subject.removeprefix(prefix)) for subject in subjects]
