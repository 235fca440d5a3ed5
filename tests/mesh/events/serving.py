"""A service with a watch, as a child process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import grpc.aio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.timestamp_pb2 import Timestamp
from xorb.common.v1.watch_pb2 import EventMetadata
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.model import LoggedEvent
from services.mesh.events.watch import Watcher
from services.mesh.filters import Field
from services.mesh.interceptors.chain import chain
from services.mesh.server import Server
from services.mesh.signing import Signer
from services.mesh.testing import ThrowAwayKeys, TokenAccess
from services.mesh.tokens import Verifier
from tests.mesh.events import child

SERVICE = "xorb.core.v1.FindingsService"


class Findings(finding_pb2_grpc.FindingsServiceServicer):
    """Serves nothing but the watch."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    async def WatchFindings(
        self, request: finding_pb2.WatchFindingsRequest, context: object
    ) -> AsyncIterator[finding_pb2.WatchFindingsResponse]:
        """Yields the organization's findings' events."""
        async for record in self._watcher.watch(
            response_class=finding_pb2.WatchFindingsResponse,
            parent=request.parent,
            filter=request.filter,
            resume_token=request.resume_token,
            accept=lambda event: event.event.type.startswith("finding."),
            present=present,
            names=lambda event: {"type": event.event.type},
            fields={"type": Field(None, "text")},
        ):
            yield record


def present(event: LoggedEvent) -> finding_pb2.FindingEvent:
    """Returns an event of a finding as its watch shows it."""
    time = Timestamp()
    time.FromDatetime(event.time)
    metadata = EventMetadata(
        event_id=str(event.id), type=event.event.type, time=time, resource=event.event.resource, actor=event.actor
    )
    return finding_pb2.FindingEvent(metadata=metadata, finding=finding_pb2.Finding(title=event.event.summary))


def server(address: str, watcher: Watcher, keys: ThrowAwayKeys) -> Server:
    """Returns a server of the watch, with all layers."""

    def register(target: grpc.aio.Server) -> None:
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(Findings(watcher), target)

    return Server(address, chain(Verifier(keys), None, TokenAccess()), register, [SERVICE], drain=timedelta(0))


async def serve(settings: Mapping[str, str]) -> None:
    """Serves the watch at `address`, from `dsn` and `redis`."""
    database = Database.connect(settings["dsn"], pool=4)
    watcher = Watcher(database, Hub(database, stream.connect(settings["redis"])), Signer(settings["page_token_key"]))
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings["signing_key"]))
    serving = server(settings["address"], watcher, ThrowAwayKeys(private))
    await serving.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    child.run(serve)
