"""Clients that watch findings and resume, whatever happens to the service: one over gRPC, one over WebSocket."""

import abc
import asyncio
import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import grpc.aio
from websockets.asyncio.client import unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh.testing import bearer, token_for

FAST_RECONNECT = (
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 100),
)
INTERRUPTIONS = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
# Cut off; the bridge restarts; the service isn't there; read too slowly.
CLOSE_CODES = frozenset({1006, 1012, 1013, 4413})
_PAUSE_SECONDS = 0.02


class ResumingClient(abc.ABC):
    """Watches an organization's findings and goes on with its last token after each interruption.

    Attributes:
        seen: The identifiers of the events it was told of, in that order.
        ready: Set when it has caught up for the first time.
        interruptions: How often the watch was interrupted.
    """

    def __init__(self, organization: UUID) -> None:
        self.parent = f"organizations/{organization}"
        self.organization = organization
        self.resume_token = ""
        self.seen: list[UUID] = []
        self.ready = asyncio.Event()
        self.interruptions = 0

    @abc.abstractmethod
    async def run(self) -> None:
        """Watches until cancelled; raises what isn't an interruption."""

    async def interrupted(self) -> None:
        """Counts an interruption, and waits for a moment."""
        self.interruptions += 1
        await asyncio.sleep(_PAUSE_SECONDS)

    def take(self, event_id: str, resume_token: str) -> None:
        """Takes a record: an event, or a checkpoint where `event_id` is empty."""
        self.resume_token = resume_token
        if event_id:
            self.seen.append(UUID(event_id))
        else:
            self.ready.set()


class ResumingCall(ResumingClient):
    """Watches by gRPC, at the service itself."""

    def __init__(self, address: str, organization: UUID) -> None:
        super().__init__(organization)
        self._address = address

    async def run(self) -> None:
        """Watches until cancelled.

        Raises:
            AioRpcError: The watch failed in a way that isn't an interruption.
        """
        metadata = bearer(await token_for(organization=self.organization))
        async with grpc.aio.insecure_channel(self._address, options=FAST_RECONNECT) as channel:
            while True:
                try:
                    await self._watch(channel, metadata)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in INTERRUPTIONS:
                        raise
                await self.interrupted()

    async def _watch(self, channel: grpc.aio.Channel, metadata: tuple[tuple[str, str], ...]) -> None:
        stub = finding_pb2_grpc.FindingsServiceStub(channel)
        request = finding_pb2.WatchFindingsRequest(parent=self.parent, resume_token=self.resume_token)
        call = stub.WatchFindings(request, metadata=metadata)
        try:
            async for record in call:
                self.take(record.event.metadata.event_id, record.resume_token)
        finally:
            call.cancel()


class ResumingSocket(ResumingClient):
    """Watches by WebSocket, through the bridge, as a browser does."""

    def __init__(self, socket: str, organization: UUID) -> None:
        super().__init__(organization)
        self._socket = socket

    async def run(self) -> None:
        """Watches until cancelled.

        Raises:
            ConnectionClosed: The watch failed in a way that isn't an interruption.
        """
        token = await token_for(organization=self.organization)
        while True:
            try:
                await self._watch([Subprotocol("xorb.v1"), Subprotocol(f"bearer.{token}")])
            except ConnectionClosed as error:
                if (error.rcvd.code if error.rcvd else 1006) not in CLOSE_CODES:
                    raise
            except (OSError, InvalidHandshake):
                pass  # No bridge is there now.
            await self.interrupted()

    async def _watch(self, subprotocols: list[Subprotocol]) -> None:
        query = f"?{urlencode({'resumeToken': self.resume_token})}" if self.resume_token else ""
        url = f"ws://bridge/v1/{self.parent}/findings:watch{query}"
        async with unix_connect(self._socket, url, subprotocols=subprotocols, compression=None) as socket:
            while True:
                self._hear(json.loads(await socket.recv()))

    def _hear(self, frame: dict[str, Any]) -> None:
        if "end" not in frame:
            self.take(frame.get("event", {}).get("metadata", {}).get("eventId", ""), frame["resumeToken"])
