"""Hands what executors see to the findings service, over the mesh, as the orchestrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from services.core.scans import domain, wire
from services.core.scans.domain import Task
from services.executors.domain import Observation
from services.mesh import names, outgoing
from services.mesh.tokens import ServiceIdentity

_SECONDS = 20.0


@dataclass(frozen=True)
class Sightings:
    """The way to the findings service."""

    stub: finding_pb2_grpc.SightingsServiceStub
    identity: ServiceIdentity

    async def record(self, organization: UUID, scan: UUID, task: Task, seen: Sequence[Observation]) -> int:
        """Records what a task saw and returns how many findings the scan has seen in all.

        Sending the same again, after a time-out or in another worker, records nothing twice.

        Raises:
            grpc.aio.AioRpcError: The service isn't there or refuses.
        """
        stamp = Timestamp()
        stamp.FromDatetime(datetime.now(UTC))
        request = finding_pb2.RecordSightingsRequest(
            parent=names.join("organizations", organization),
            scan=wire.scan_name(organization, scan),
            sightings=[_report(organization, scan, task, observation, stamp) for observation in seen],
        )
        metadata = outgoing.metadata(await self.identity.token())
        response = await self.stub.RecordSightings(request, metadata=metadata, timeout=outgoing.timeout(_SECONDS))
        return int(response.scan_finding_count)


def _report(
    organization: UUID, scan: UUID, task: Task, seen: Observation, stamp: Timestamp
) -> finding_pb2.SightingReport:
    identifier = domain.sighting_id(scan, task.executor, task.target, seen.check, seen.asset, seen.location)
    finding = finding_pb2.Finding(
        title=seen.title,
        description=seen.description,
        severity=seen.severity.value,
        cvss_vector=seen.cvss_vector,
        cwes=seen.cwe,
        cves=seen.cve,
        check=seen.check,
        target=wire.target_name(organization, task.target),
        asset=seen.asset,
        location=seen.location,
        evidence=seen.evidence,
        remediation=seen.remediation,
        references=seen.references,
    )
    return finding_pb2.SightingReport(sighting_id=str(identifier), executor=task.executor, time=stamp, finding=finding)
