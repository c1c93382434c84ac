"""Webhooks with what became of their messages."""

from sqlalchemy import desc, select

from siteward_platform.act import Act
from siteward_platform.api.schemas.webhooks import WebhookOut
from siteward_platform.database.models import Webhook, WebhookDelivery
from siteward_platform.webhooks.subscriptions import counts


def webhook_out(act: Act, webhook: Webhook) -> WebhookOut:
    """A webhook without its secret."""
    by_state = counts(act.session, webhook.id)
    failing = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.webhook_id == webhook.id,
            WebhookDelivery.state != "delivered",
            WebhookDelivery.attempts > 0,
        )
        .order_by(desc(WebhookDelivery.seq))
        .limit(1)
    )
    worst = act.session.scalars(failing).first()
    return WebhookOut(
        id=webhook.id,
        name=webhook.name,
        url=webhook.url,
        kinds=webhook.kinds,
        created_by=webhook.created_by,
        created_at=webhook.created_at,
        ended_at=webhook.ended_at,
        waiting=by_state.get("waiting", 0),
        delivered=by_state.get("delivered", 0),
        dead=by_state.get("dead", 0),
        last_error=worst and (worst.error or f"HTTP {worst.status}"),
    )
