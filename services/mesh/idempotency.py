"""Replay of requests by `request_id` (AIP-155): a repeated request gets the first one's response.

The response is stored in the transaction of the change, so there is never the one without the other.
"""

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, Uuid, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mesh import calls
from services.mesh.encryption.keyring import Sealed, Sealer
from services.mesh.errors import Failure, Reason
from services.mesh.tables import METADATA

KEYS = Table(
    "idempotency_keys",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("request_digest", LargeBinary, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("data_key_id", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
RESPONSE = "idempotency_keys.response"


class Replayed(Exception):
    """The same request was committed by another transaction while this one ran."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first response to a request id, serialized; sealed where it held what is sensitive."""

    response: Sealed


async def remember(connection: AsyncConnection, call: calls.Call, response: Message, sealer: Sealer | None) -> None:
    """Stores the response to the call's request id; sealed, if there is something to seal it with."""
    content = response.SerializeToString(deterministic=True)
    row = _key(call) | {
        "request_digest": call.request_digest,
        "response": sealer.seal(RESPONSE, _place(call), content) if sealer else content,
        "data_key_id": sealer.key if sealer else None,
    }
    await connection.execute(insert(KEYS), row)


async def recall(connection: AsyncConnection, call: calls.Call) -> Remembered | None:
    """Returns the stored response to the call's request id, if there is one.

    Raises:
        Failure: REQUEST_ID_REUSED; the id was used with a different request.
    """
    statement = select(KEYS.c.request_digest, KEYS.c.response, KEYS.c.data_key_id).filter_by(**_key(call))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    if row.request_digest != call.request_digest:
        raise Failure(Reason.REQUEST_ID_REUSED)
    return Remembered(Sealed(RESPONSE, _place(call), row.data_key_id, row.response))


def place(subject: str, method: str, request_id: str) -> str:
    """Returns what identifies a response in its organization."""
    return f"{subject} {method} {request_id}"


def _place(call: calls.Call) -> str:
    return place(call.caller.subject, call.method, call.request_id)


def _key(call: calls.Call) -> dict[str, Any]:
    return {
        "organization_id": call.organization,
        "subject": call.caller.subject,
        "method": call.method,
        "request_id": call.request_id,
    }
