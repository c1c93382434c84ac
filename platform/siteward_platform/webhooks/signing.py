"""Signatures of messages, out and in: Standard Webhooks (HMAC-SHA256 over id, time and body)."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

TOLERANCE: Final = timedelta(minutes=5)
"""How far a message's time may be from ours; older ones may be somebody else's copies."""
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A fresh secret as both sides write it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(secret: str, id: str, at: datetime, body: str) -> dict[str, str]:
    """What goes beside a body so that its receiver knows whose it is, and whether it had it."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at.astimezone(UTC), body),
        "idempotency-key": id,
        "content-type": "application/json",
    }


def is_signed(secret: str, given: Mapping[str, str], body: str, now: datetime) -> bool:
    """Whether a message was signed with a secret, not long ago.

    The library verifies too, but reads the clock itself; here time is an argument.
    """
    id, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - at) > TOLERANCE:
        return False
    expected = Webhook(secret).sign(id, at, body).encode()
    signatures = given.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, one.encode()) for one in signatures)
