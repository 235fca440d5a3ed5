"""Answers a repeated `request_id` with the first response (AIP-155)."""

import hashlib

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.errors import Failure
from services.mesh.idempotency import Replayed, recall
from services.mesh.interceptors.layer import Context, Layer, Request, Unary
from services.mesh.policies import Method

_UUID_LENGTH = 36


class Idempotency(Layer):
    """The layer that repeats answers; the unit of work stores them. A process without a database has none."""

    def __init__(self, database: Database | None) -> None:
        self._database = database

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Returns the first response to the request's id, or handles the request."""
        identifier = getattr(request, "request_id", "")
        if not isinstance(request, Message) or not self._database or len(identifier) != _UUID_LENGTH:
            return await proceed(request)
        if method.policy.public:
            # Its callers are all the same nobody: each could ask for the others' answers.
            return await proceed(request)
        call.request_id = identifier
        call.request_digest = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        if (response := await self._recall(call, method)) is not None:
            return response
        try:
            return await proceed(request)
        except (Replayed, Failure):
            # What stood in the way may be the same request, which another call has committed in the meantime.
            response = await self._recall(call, method)
            if response is None:
                raise
            return response

    async def _recall(self, call: Call, method: Method) -> Message | None:
        assert self._database  # noqa: S101 - the caller has looked
        async with self._database.unit(call) as unit:
            remembered = await recall(unit.connection, call)
        if remembered is None:
            return None
        content = await self._database.open(remembered.response)
        return GetMessageClass(method.descriptor.output_type).FromString(content)
