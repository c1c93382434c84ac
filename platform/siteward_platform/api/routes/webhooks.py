"""Webhooks, their messages, and the finance system's answers."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, status
from fastapi.concurrency import run_in_threadpool

from siteward_platform.act import acting
from siteward_platform.api.access import Admin, Staff
from siteward_platform.api.parts import Parts, parts_of
from siteward_platform.api.schemas.webhooks import (
    DeliveryOut,
    DeliveryState,
    TreasuryAnswerIn,
    TreasuryAnswerOut,
    TreasuryStanding,
    WebhookIn,
    WebhookMade,
    WebhookOut,
)
from siteward_platform.api.views.webhooks import webhook_out
from siteward_platform.claims import get_claim
from siteward_platform.database.session import reading
from siteward_platform.refusals import InvalidError
from siteward_platform.webhooks import subscriptions
from siteward_platform.webhooks.answers import (
    actor_of,
    sender,
    take_answer,
    treasury_standings,
)

router: Final = APIRouter(tags=["webhooks"])

_LONGEST_ANSWER: Final = 64 * 1024


@router.get("/webhooks")
def list_webhooks(desk: Admin) -> list[WebhookOut]:
    """Every webhook with how many of its messages wait, were taken, or were given up."""
    with desk.look() as act:
        return [webhook_out(act, w) for w in subscriptions.list_webhooks(act.session)]


@router.post("/webhooks", status_code=status.HTTP_201_CREATED)
def make_webhook(desk: Admin, body: WebhookIn) -> WebhookMade:
    """Makes a webhook. Its secret is in this answer and in no other."""
    with desk.act() as act:
        webhook = subscriptions.make_webhook(act, body, desk.parts.webhook_hosts)
        shown = webhook_out(act, webhook)
        return WebhookMade(**shown.model_dump(), secret=webhook.secret)


@router.delete("/webhooks/{webhook}", status_code=status.HTTP_204_NO_CONTENT)
def end_webhook(desk: Admin, webhook: int) -> None:
    """Ends a webhook; what waits for it is given up."""
    with desk.act() as act:
        subscriptions.end_webhook(act, webhook)


@router.post("/webhooks/{webhook}/test", status_code=status.HTTP_201_CREATED)
def test_webhook(desk: Admin, webhook: int) -> DeliveryOut:
    """Sends a message that says nothing, to try the way."""
    with desk.act() as act:
        return DeliveryOut.model_validate(subscriptions.test_webhook(act, webhook))


@router.get("/webhooks/{webhook}/deliveries")
def list_deliveries(
    desk: Admin,
    webhook: int,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[DeliveryOut]:
    """A webhook's messages, newest first."""
    with desk.look() as act:
        rows = subscriptions.deliveries(act.session, webhook, state, limit)
        return [DeliveryOut.model_validate(row) for row in rows]


@router.post("/webhooks/{webhook}/deliveries/{message}/again")
def send_again(desk: Admin, webhook: int, message: str) -> DeliveryOut:
    """Tries a message again that was given up, under its old id."""
    with desk.act() as act:
        return DeliveryOut.model_validate(subscriptions.send_again(act, webhook, message))


@router.post(
    "/finance/answers",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": TreasuryAnswerIn.model_json_schema()}},
        }
    },
)
async def take_treasury_answer(request: Request) -> TreasuryAnswerOut:
    """The treasury's answer about a claim, signed with a webhook's secret (Standard Webhooks)."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LONGEST_ANSWER:
            raise InvalidError("body_too_long", "消息超过 64 KB", "请分开发送")
    try:
        body = raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidError("not_utf8", "消息不是 UTF-8 文本", "请用 UTF-8 编码") from error
    return await run_in_threadpool(_take, parts_of(request), dict(request.headers), body)


@router.get("/claims/{claim}/treasury")
def list_treasury_answers(desk: Staff, claim: int) -> list[TreasuryStanding]:
    """The treasury's newest word about each part of a claim."""
    with desk.look() as act:
        get_claim(act.session, claim)
        found = treasury_standings(act.session, claim)
        return [TreasuryStanding.model_validate(answer) for answer in found]


def _take(parts: Parts, headers: dict[str, str], body: str) -> TreasuryAnswerOut:
    now = parts.clock()
    with reading(parts.database) as session:
        webhook = sender(session, headers, body, now)
    who = actor_of(webhook)
    with acting(parts.database, who, now, parts.publish, parts.backdating_days) as act:
        return take_answer(act, webhook.id, headers["webhook-id"], body)
