"""Hands what a file reports to the findings service, over the mesh, as the orchestrator."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.core.imports import domain, wire
from services.core.imports.domain import Import
from services.mesh import names, outgoing
from services.mesh.tokens import ServiceIdentity

_SECONDS = 55.0
# A batch of records with long texts is more than a message may hold.
_BYTES = 3 * 1024 * 1024

Match = Callable[[str], UUID | None]
"""Returns the target that an asset is."""


@dataclass(frozen=True)
class Sightings:
    """The way to the findings service."""

    stub: finding_pb2_grpc.SightingsServiceStub
    identity: ServiceIdentity

    async def record(self, value: Import, reports: Sequence[finding_pb2.SightingReport], match: Match) -> None:
        """Records a batch of sightings of an import, whose identifiers are the numbers of their records.

        Sending the same again, after a time-out or in another worker, records nothing twice.

        Raises:
            grpc.aio.AioRpcError: The service isn't there, or refuses: the import was cancelled.
        """
        for report in reports:
            report.sighting_id = str(domain.sighting_id(value.id, int(report.sighting_id)))
            target = value.target or match(report.finding.asset)
            report.finding.target = names.join("organizations", value.organization, "targets", target) if target else ""
        for part in _parts(reports):
            request = finding_pb2.RecordSightingsRequest(parent=_parent(value), sightings=part, source=value.source)
            setattr(request, "import", wire.name(value))
            metadata = outgoing.metadata(await self.identity.token())
            await self.stub.RecordSightings(request, metadata=metadata, timeout=outgoing.timeout(_SECONDS))

    async def gone(self, value: Import) -> int:
        """Returns how many unresolved findings the import's source has seen before and this one hasn't.

        Raises:
            grpc.aio.AioRpcError: The service isn't there.
        """
        request = finding_pb2.CompareSourceRequest(parent=_parent(value), source=value.source)
        setattr(request, "import", wire.name(value))
        metadata = outgoing.metadata(await self.identity.token())
        compared = await self.stub.CompareSource(request, metadata=metadata, timeout=outgoing.timeout(_SECONDS))
        return int(compared.gone_count)

    async def resolve_gone(self, value: Import) -> AsyncIterator[int]:
        """Resolves those findings, some at a time, and yields how many it were; done again, it resolves what is left.

        Raises:
            grpc.aio.AioRpcError: The service isn't there.
        """
        request = finding_pb2.ResolveGoneRequest(parent=_parent(value), source=value.source)
        setattr(request, "import", wire.name(value))
        done = False
        while not done:
            metadata = outgoing.metadata(await self.identity.token())
            resolved = await self.stub.ResolveGone(request, metadata=metadata, timeout=outgoing.timeout(_SECONDS))
            done = resolved.done
            yield int(resolved.resolved_count)


def _parent(value: Import) -> str:
    return names.join("organizations", value.organization)


def _parts(reports: Sequence[finding_pb2.SightingReport]) -> Iterator[Sequence[finding_pb2.SightingReport]]:
    """Yields the reports in messages that aren't too large."""
    start = size = 0
    for place, report in enumerate(reports):
        more = report.ByteSize()
        if size + more > _BYTES and place > start:
            yield reports[start:place]
            start, size = place, 0
        size += more
    if start < len(reports):
        yield reports[start:]
