"""Signed requests in the style of Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import json
from datetime import datetime

from services.core.notifications.channels.domain import SECRET_PREFIX, URL, Opened
from services.core.notifications.deliveries.domain import Delivery
from services.core.notifications.sending.outcome import require_taken
from services.mesh.outbound import Outbound

_VERSION = "v1"


async def send(outbound: Outbound, opened: Opened, delivery: Delivery, now: datetime) -> None:
    """Sends a delivery.

    Raises:
        RefusedError: The receiver doesn't take it.
        UndeliveredError: It doesn't answer.
    """
    body = encode(delivery)
    answer = await outbound.request("POST", opened.secrets[URL], headers(opened, delivery, body, now), body)
    require_taken(answer)


def headers(opened: Opened, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """Returns what goes with a body: the idempotency key, the time, and a signature by each secret that is good."""
    identifier, timestamp = str(delivery.id), int(now.timestamp())
    signatures = [signature(secret, identifier, timestamp, body) for secret in opened.signing(now)]
    return {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def encode(delivery: Delivery) -> bytes:
    """Returns a delivery's body, the same each time."""
    return json.dumps(delivery.content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """Returns the signature of a body: HMAC-SHA256 over identifier, seconds since 1970, and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"
