"""An organization is gone: no table has a row of it, nothing that was sealed opens, and others notice nothing."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis
from xorb.core.v1 import organization_pb2

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.errors import Failure, Reason
from services.mesh.events import stream
from tests.core.harness import events
from tests.core.organizations.deletion.gone import ROWS, SECRET, Deleted, deleted, opened
from tests.core.organizations.deletion.rows import counted
from tests.core.organizations.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def redis(database_environment: dict[str, str]) -> AsyncIterator[Redis]:
    """A client of Redis."""
    client = stream.connect(database_environment["XORB_REDIS_URL"])
    yield client
    await client.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gone(world: World, superuser_dsn: str, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Deleted:
    """An organization that was deleted."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        return await deleted(world, connection, redis, tmp_path_factory.mktemp("run"))
    finally:
        await connection.close()


async def test_no_table_has_a_row_of_it(gone: Deleted, superuser: asyncpg.Connection, redis: Redis) -> None:
    assert gone.half_way["findings"] == ROWS
    assert await counted(superuser, gone.owner.organization) == {}
    for table, column in (("accounts", "id"), ("sessions", "account_id"), ("event_log", "organization_id")):
        statement = f"SELECT count(*) FROM {table} WHERE {column} = $1"  # noqa: S608 - as listed
        assert await superuser.fetchval(statement, gone.account) == 0
    assert await redis.exists(stream.key(gone.owner.organization)) == 0


async def test_others_keep_theirs(world: World, gone: Deleted, superuser: asyncpg.Connection) -> None:
    assert await counted(superuser, gone.neighbour.organization) == gone.rows
    assert await opened(world, gone.neighbour.organization, gone.kept) == SECRET


async def test_its_name_is_found_no_more(world: World, gone: Deleted) -> None:
    stub, request = world.organizations, organization_pb2.GetOrganizationRequest(name=gone.owner.name)
    for one in (gone.owner, gone.elsewhere, gone.neighbour):
        assert (await one.refused(stub.GetOrganization, request)).reason is Reason.NOT_FOUND
    listed = await gone.owner.call(stub.ListOrganizations, organization_pb2.ListOrganizationsRequest())
    assert gone.owner.name not in [one.name for one in listed.organizations]


async def test_what_stays_is_that_it_was_deleted(world: World, gone: Deleted, superuser: asyncpg.Connection) -> None:
    statement = "SELECT * FROM erasures WHERE organization_id = $1"
    record = await superuser.fetchrow(statement, gone.owner.organization)
    assert record is not None
    assert record["actor"] == f"accounts/{gone.owner.identity.account}"
    assert record["requested_at"] < record["committed_at"] < record["finished_at"]
    # That of an account that it managed, too: the relay would look for its rows for ever.
    assert await superuser.fetchval("SELECT finished_at FROM erasures WHERE organization_id = $1", gone.account)
    told = [one for one in await events(world.database, NO_ORGANIZATION) if one.event.resource == gone.owner.name]
    assert [one.event.type for one in told] == ["organization.erased"]


async def test_a_backup_is_unreadable(world: World, gone: Deleted, superuser: asyncpg.Connection) -> None:
    for row in gone.backup:
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await superuser.execute(f"INSERT INTO data_keys VALUES ({places})", *row.values())  # noqa: S608 - numbers
    with pytest.raises(Failure) as caught:
        await opened(world, gone.owner.organization, gone.sealed)
    assert caught.value.reason is Reason.UNAVAILABLE
