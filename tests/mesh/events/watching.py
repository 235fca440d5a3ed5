"""A client that watches findings and resumes, whatever happens to the service."""

import asyncio
from uuid import UUID

import grpc.aio
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh.testing import bearer, token_for

FAST_RECONNECT = (
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 100),
)
INTERRUPTIONS = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})


class ResumingClient:
    """Watches an organization's findings and goes on with its last token after each interruption.

    Attributes:
        seen: The identifiers of the events it was told of, in that order.
        ready: Set when it has caught up for the first time.
        interruptions: How often the watch was interrupted.
    """

    def __init__(self, address: str, organization: UUID) -> None:
        self._address = address
        self._organization = organization
        self._token = ""
        self.seen: list[UUID] = []
        self.ready = asyncio.Event()
        self.interruptions = 0

    async def run(self) -> None:
        """Watches until cancelled.

        Raises:
            AioRpcError: The watch failed in a way that isn't an interruption.
        """
        metadata = bearer(await token_for(organization=self._organization))
        async with grpc.aio.insecure_channel(self._address, options=FAST_RECONNECT) as channel:
            while True:
                try:
                    await self._watch(channel, metadata)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in INTERRUPTIONS:
                        raise
                self.interruptions += 1
                await asyncio.sleep(0.02)

    async def _watch(self, channel: grpc.aio.Channel, metadata: tuple[tuple[str, str], ...]) -> None:
        stub = finding_pb2_grpc.FindingsServiceStub(channel)
        request = finding_pb2.WatchFindingsRequest(
            parent=f"organizations/{self._organization}", resume_token=self._token
        )
        call = stub.WatchFindings(request, metadata=metadata)
        try:
            async for record in call:
                self._token = record.resume_token
                if record.WhichOneof("record") == "event":
                    self.seen.append(UUID(record.event.metadata.event_id))
                else:
                    self.ready.set()
        finally:
            call.cancel()
