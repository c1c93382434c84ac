"""Webhooks as an administrator keeps them, and the messages that could not be delivered."""

from collections.abc import Collection, Sequence

from sqlalchemy import desc, func, select, update
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.webhooks import WebhookIn
from siteward_platform.database.models import Webhook, WebhookDelivery
from siteward_platform.refusals import ConflictError, InvalidError, NotFoundError
from siteward_platform.webhooks.hosts import check_url
from siteward_platform.webhooks.outbox import write_message
from siteward_platform.webhooks.signing import new_secret


def make_webhook(act: Act, body: WebhookIn, hosts: Collection[str]) -> Webhook:
    """Makes a webhook with a fresh secret; it is told of what happens from now on.

    Raises:
        InvalidError: The address may not be sent to, or another webhook has it already.
    """
    check_url(body.url, hosts)
    same = select(Webhook.id).where(Webhook.url == body.url, Webhook.ended_at.is_(None))
    if act.session.scalars(same).first() is not None:
        message = "该网址已有推送订阅"
        raise InvalidError("url_taken", message, "请先结束原有订阅", {"url": message})
    webhook = Webhook(
        name=body.name,
        url=body.url,
        secret=new_secret(),
        kinds=list(dict.fromkeys(body.kinds)),
        created_by=act.who.name,
        created_at=act.at,
    )
    act.session.add(webhook)
    act.session.flush()
    act.log("webhook.make", subject(webhook), **body.model_dump())
    return webhook


def end_webhook(act: Act, webhook_id: int) -> None:
    """Ends a webhook: its secret is worth nothing from now on, what waits is given up."""
    webhook = get_webhook(act.session, webhook_id)
    if webhook.ended_at is not None:
        return
    webhook.ended_by, webhook.ended_at = act.who.name, act.at
    waits = (WebhookDelivery.webhook_id == webhook.id) & (WebhookDelivery.state == "waiting")
    left = act.session.scalar(select(func.count()).where(waits))
    act.session.execute(
        update(WebhookDelivery).where(waits).values(state="dead", error="webhook ended")
    )
    act.log("webhook.end", subject(webhook), given_up=left)


def test_webhook(act: Act, webhook_id: int) -> WebhookDelivery:
    """Sends a message that says nothing, to try the way."""
    webhook = _standing(act.session, webhook_id)
    data = {"webhook": webhook.id, "name": webhook.name}
    delivery = write_message(act, webhook, "webhook.test", "test", data)
    act.log("webhook.test", subject(webhook), message=delivery.id)
    return delivery


def send_again(act: Act, webhook_id: int, message: str) -> WebhookDelivery:
    """Tries a dead message from the beginning, under its old id.

    Raises:
        ConflictError: It is not dead, or its webhook has ended.
        NotFoundError: The webhook has no such message.
    """
    webhook = _standing(act.session, webhook_id)
    query = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.id == message
    )
    delivery = act.session.scalars(query).one_or_none()
    if delivery is None:
        raise NotFoundError("no_such_message", f"没有编号为 {message} 的推送", "请从列表中选择")
    if delivery.state != "dead":
        raise ConflictError("message_not_dead", "该推送未被放弃，不需要重发", "请刷新页面")
    delivery.state, delivery.attempts, delivery.next_try = "waiting", 0, act.at
    act.log("webhook.send_again", subject(webhook), message=message)
    return delivery


def list_webhooks(session: Session) -> Sequence[Webhook]:
    """All of them, ended ones too."""
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def get_webhook(session: Session, webhook_id: int) -> Webhook:
    """A webhook.

    Raises:
        NotFoundError: There is none.
    """
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        words = f"没有编号为 {webhook_id} 的推送订阅"
        raise NotFoundError("no_such_webhook", words, "请从列表中选择")
    return webhook


def deliveries(
    session: Session, webhook_id: int, state: str | None, limit: int
) -> Sequence[WebhookDelivery]:
    """A webhook's messages, newest first."""
    get_webhook(session, webhook_id)
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    return session.scalars(query.order_by(desc(WebhookDelivery.seq)).limit(limit)).all()


def counts(session: Session, webhook_id: int) -> dict[str, int]:
    """How many messages a webhook has, by state."""
    query = (
        select(WebhookDelivery.state, func.count())
        .where(WebhookDelivery.webhook_id == webhook_id)
        .group_by(WebhookDelivery.state)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def subject(webhook: Webhook) -> str:
    """How the audit log names a webhook."""
    return f"webhook:{webhook.id}"


def _standing(session: Session, webhook_id: int) -> Webhook:
    webhook = get_webhook(session, webhook_id)
    if webhook.ended_at is not None:
        raise ConflictError("webhook_ended", "该推送订阅已结束", "请新建订阅")
    return webhook
