"""What an import sees, compared with what its source had seen before."""

from collections.abc import Sequence

from xorb.core.v1.finding_pb2 import (
    CompareSourceRequest,
    CompareSourceResponse,
    Finding,
    ListFindingsRequest,
    ResolveGoneRequest,
)

from services.mesh import identifiers
from services.mesh.database import Database
from tests.core.findings.conftest import Client
from tests.core.findings.test_corrections import imported, record
from tests.core.harness import events

SOURCE = "nuclei of example.com"


class Source:
    """Imports of one source."""

    def __init__(self, client: Client, source: str = SOURCE, tool: str = "Nuclei") -> None:
        self.client, self.source, self.tool = client, source, tool
        self.latest = ""

    async def sees(self, hours: float, pages: str) -> None:
        """Records an import that sees these pages."""
        self.latest = f"{self.client.tenant.name}/imports/{identifiers.new()}"
        reports = [
            imported(self.client, hours, self.tool, location=f"https://example.com/{page}", cwes=[79], part="q")
            for page in pages
        ]
        await record(self.client, *reports, source=self.source, of=self.latest)

    async def compared(self) -> tuple[int, int, int]:
        """Returns what is new, seen again, and gone."""
        request = CompareSourceRequest(parent=self.client.tenant.name, source=self.source, **{"import": self.latest})
        response: CompareSourceResponse = await self.client.sightings.CompareSource(
            request, metadata=self.client.orchestrator, timeout=20
        )
        return response.new_count, response.seen_again_count, response.gone_count

    async def resolve_gone(self) -> int:
        """Resolves what is gone; returns how many."""
        request = ResolveGoneRequest(parent=self.client.tenant.name, source=self.source, **{"import": self.latest})
        response = await self.client.sightings.ResolveGone(request, metadata=self.client.orchestrator, timeout=20)
        assert response.done
        return int(response.resolved_count)


async def states(client: Client) -> Sequence[tuple[str, str]]:
    request = ListFindingsRequest(parent=client.tenant.name, page_size=100)
    listed = await client.tenant.call(client.findings.ListFindings, request)
    return sorted((one.location.rpartition("/")[2], Finding.State.Name(one.state)) for one in listed.findings)


async def test_an_import_is_compared_and_closes_nothing_by_itself(client: Client) -> None:
    source = Source(client)
    await source.sees(0, "abc")
    assert await source.compared() == (3, 0, 0)
    await source.sees(1, "bcde")
    assert await source.compared() == (2, 2, 1)
    assert {state for _, state in await states(client)} == {"OPEN"}


async def test_what_is_gone_is_resolved_when_asked_and_opens_again(client: Client, database: Database) -> None:
    source = Source(client)
    await source.sees(0, "ab")
    await source.sees(1, "b")
    await source.sees(2, "b")
    assert await source.compared() == (0, 1, 1)
    assert await source.resolve_gone() == 1
    assert await states(client) == [("a", "RESOLVED"), ("b", "OPEN")]
    assert await source.compared() == (0, 1, 0)
    assert await source.resolve_gone() == 0
    await source.sees(3, "ab")
    assert await states(client) == [("a", "OPEN"), ("b", "OPEN")]
    kinds = [event.event.type for event in await events(database, client.tenant.organization)]
    assert kinds == ["finding.created"] * 2 + ["finding.resolved", "finding.reopened"]


async def test_what_another_source_has_seen_since_is_still_there(client: Client) -> None:
    source, other = Source(client), Source(client, "zap of example.com", "ZAP")
    await source.sees(0, "ab")
    await other.sees(1, "a")
    await source.sees(2, "")
    assert await source.compared() == (0, 0, 2)
    assert await source.resolve_gone() == 1
    assert await states(client) == [("a", "OPEN"), ("b", "RESOLVED")]
