"""An organization with findings, for benchmarks: made through the platform's own services where a bench allows it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import grpc.aio
from sqlalchemy import text
from xorb.core.v1 import finding_pb2, finding_pb2_grpc

from bench.members import access_tokens, mesh_issuer
from bench.platform import Platform, told
from services.core.findings.tables import FINDINGS
from services.mesh import identifiers
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.tokens import MESH_AUDIENCE

_BATCH = 1000
_LIFETIME = timedelta(hours=1)

_OTHER_IN_A_COPY = {
    "id": "gen_random_uuid()",
    "identity": "sha256(identity || int4send(copy))",
    "last_seen_at": "last_seen_at - copy * interval '1 second'",
}


@dataclass(frozen=True)
class Tenant:
    """An organization, an owner's access token that lasts as long as a bench, and one of its findings."""

    organization: UUID
    token: str = field(repr=False)
    finding: finding_pb2.Finding


async def tenant(platform: Platform, findings: int) -> Tenant:
    """Makes an organization with this many findings; the core process must be up."""
    organization = identifiers.new()
    async with grpc.aio.insecure_channel(platform.address) as channel:
        await record(platform, channel, organization, findings)
        [token] = await access_tokens(platform, organization, 1)
        listed = await finding_pb2_grpc.FindingsServiceStub(channel).ListFindings(
            finding_pb2.ListFindingsRequest(parent=f"organizations/{organization}", page_size=1),
            metadata=(*told("edge"), ("authorization", f"Bearer {token}")),
        )
    return Tenant(organization, token, listed.findings[0])


async def multiply(platform: Platform, organization: UUID, times: int) -> None:
    """Copies an organization's findings in the database until there are `times` as many, each seen at another time."""
    columns = ", ".join(FINDINGS.columns.keys())
    copied = columns
    for column, value in _OTHER_IN_A_COPY.items():
        copied = copied.replace(f", {column},", f", {value},")
    database = Database.connect(platform.environment["XORB_POSTGRES_DSN"])
    async with database.unit(Call("bench", organization=organization)) as unit:
        statement = text(
            f"INSERT INTO findings ({columns}) "  # noqa: S608 - constants only
            f"SELECT {copied} FROM findings, generate_series(1, CAST(:copies AS integer)) AS copy"
        )
        await unit.execute(statement, {"copies": times - 1})
    await database.close()


async def record(platform: Platform, channel: grpc.aio.Channel, organization: UUID, count: int) -> None:
    """Records sightings of as many different findings, as the orchestrator does."""
    token = await mesh_issuer(platform, "orchestrator").issue(
        MESH_AUDIENCE, _LIFETIME, {"sub": "spiffe://xorb/orchestrator"}
    )
    stub = finding_pb2_grpc.SightingsServiceStub(channel)
    scan, target = identifiers.new(), identifiers.new()
    for first in range(0, count, _BATCH):
        numbers = range(first, min(count, first + _BATCH))
        request = finding_pb2.RecordSightingsRequest(
            parent=f"organizations/{organization}",
            scan=f"organizations/{organization}/scans/{scan}",
            sightings=[_report(organization, target, number) for number in numbers],
        )
        await stub.RecordSightings(request, metadata=(*told("orchestrator"), ("authorization", f"Bearer {token}")))


def _report(organization: UUID, target: UUID, number: int) -> finding_pb2.SightingReport:
    report = finding_pb2.SightingReport(sighting_id=str(identifiers.new()), executor="bench")
    report.time.FromDatetime(datetime.now(UTC))
    report.finding.MergeFrom(
        finding_pb2.Finding(
            title=f"Finding {number}",
            description="A weakness that a benchmark made up. " * 5,
            severity=1 + number % 5,  # type: ignore[arg-type]  # enums are numbers on the wire
            check=f"bench.check-{number % 50}",
            target=f"organizations/{organization}/targets/{target}",
            asset="192.0.2.1",
            location=f"https://192.0.2.1/{number}",
            evidence="HTTP/1.1 200 OK",
            remediation="Mend it.",
            cwes=[693],
            references=["https://example.com"],
        )
    )
    return report
