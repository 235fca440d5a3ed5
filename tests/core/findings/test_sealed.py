"""Raw output and notes of findings are sealed wherever they are kept, and open for those who may read them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import asyncpg
import pytest_asyncio
from sqlalchemy import text
from xorb.core.v1.finding_pb2 import (
    DismissFindingRequest,
    Finding,
    GetFindingRequest,
    ListFindingsRequest,
    ListSightingsRequest,
    TriageFindingRequest,
)

from services.core.findings.tables import FINDINGS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.encryption.keyring import Keyring
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from stack.ports import free_ports
from tests.core.findings.conftest import Client
from tests.core.harness import events

SECRET = "raw output 8f3a of a server"
REASON = "a note 51cc of somebody's"


@contextmanager
def vault_away(database: Database) -> Iterator[None]:
    """The database with a Vault that doesn't answer, and no key in memory."""
    keys = database.keys
    database.keys = Keyring(OrganizationKeys.connect(f"http://127.0.0.1:{free_ports(1)[0]}", "none"))
    try:
        yield
    finally:
        database.keys = keys


@pytest_asyncio.fixture(loop_scope="session")
async def dismissed(client: Client) -> tuple[Finding, DismissFindingRequest]:
    """A finding with evidence and a note, and the request that made the note."""
    finding = await client.seen(evidence=SECRET)
    request = DismissFindingRequest(name=finding.name, reason=REASON, request_id=str(identifiers.new()))
    return await client.tenant.call(client.findings.DismissFinding, request), request


@pytest_asyncio.fixture(loop_scope="session")
async def reader(database_environment: dict[str, str]) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of the schema."""
    dsn = database_environment["XORB_POSTGRES_OWNER_DSN"].replace("+asyncpg", "")
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def test_nothing_of_it_is_in_the_database(
    client: Client, dismissed: tuple[Finding, DismissFindingRequest], reader: asyncpg.Connection
) -> None:
    await reader.execute("SELECT set_config('xorb.organization', $1, false)", str(client.tenant.organization))
    tables = await reader.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    rows = 0
    for (table,) in tables:
        for (row,) in await reader.fetch(f"SELECT entry::text FROM {table} AS entry"):  # noqa: S608 - the catalogue's
            rows += str(client.tenant.organization) in row
            for secret in (SECRET, REASON):
                assert secret not in row
                assert secret.encode().hex() not in row
    assert rows >= 5


async def test_those_who_may_read_it_do(client: Client, dismissed: tuple[Finding, DismissFindingRequest]) -> None:
    finding, request = dismissed
    assert (finding.evidence, finding.dismissal_reason) == (SECRET, REASON)
    assert await client.list() == [finding]
    assert await client.tenant.call(client.findings.GetFinding, GetFindingRequest(name=finding.name)) == finding
    listed = await client.tenant.call(client.findings.ListSightings, ListSightingsRequest(parent=finding.name))
    assert [sighting.evidence for sighting in listed.sightings] == [SECRET]
    # The reply that is kept for a repeated request is sealed, too.
    assert await client.tenant.call(client.findings.DismissFinding, request) == finding


async def test_events_tell_without_it(
    client: Client, database: Database, dismissed: tuple[Finding, DismissFindingRequest]
) -> None:
    for event in await events(database, client.tenant.organization):
        assert SECRET.encode() not in event.event.snapshot
        assert REASON.encode() not in event.event.snapshot


async def test_rows_from_before_there_was_encryption_are_read_and_sealed_when_changed(
    client: Client, database: Database, dismissed: tuple[Finding, DismissFindingRequest]
) -> None:
    finding, _ = dismissed
    plain = {"evidence": SECRET.encode(), "reason": REASON.encode()}
    async with database.unit(call_of(client.tenant.organization)) as unit:
        statement = "UPDATE findings SET evidence = :evidence, dismissal_reason = :reason, data_key_id = NULL"
        await unit.execute(text(statement), plain)
    assert await client.list() == [finding]
    await client.seen(evidence="newer")
    async with database.unit(call_of(client.tenant.organization)) as unit:
        (row,) = await unit.execute(FINDINGS.select())
    assert row.data_key_id is not None
    assert REASON.encode() not in row.dismissal_reason


async def test_a_field_that_was_tampered_with_is_not_shown(
    client: Client, database: Database, dismissed: tuple[Finding, DismissFindingRequest]
) -> None:
    finding, _ = dismissed
    async with database.unit(call_of(client.tenant.organization)) as unit:
        await unit.execute(text("UPDATE findings SET evidence = dismissal_reason"))
    for method, request in (
        (client.findings.GetFinding, GetFindingRequest(name=finding.name)),
        (client.findings.ListFindings, ListFindingsRequest(parent=client.tenant.name)),
    ):
        failure = await client.tenant.refused(method, request)
        assert failure.reason is Reason.INTERNAL
        assert REASON not in str(failure.message)


async def test_without_vault_sealed_fields_are_unavailable(
    client: Client, database: Database, dismissed: tuple[Finding, DismissFindingRequest]
) -> None:
    finding, _ = dismissed
    with vault_away(database):
        for method, request in (
            (client.findings.GetFinding, GetFindingRequest(name=finding.name)),
            (client.findings.ListFindings, ListFindingsRequest(parent=client.tenant.name)),
            (client.findings.TriageFinding, TriageFindingRequest(name=finding.name)),
        ):
            assert (await client.tenant.refused(method, request)).reason is Reason.UNAVAILABLE
    assert await client.list() == [finding]
