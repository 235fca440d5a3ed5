from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.events import log
from services.mesh.events.model import START, Position
from services.mesh.testing import call_of

INSERT = text(
    "INSERT INTO event_log (organization_id, id, xid, type, resource, actor, summary, snapshot, snapshot_type,"
    " trace_context) VALUES (:organization, :id, CAST(CAST(:xid AS text) AS xid8), '', '', '', :xid, '', '', '{}')"
)


async def write_at(database: Database, organization: UUID, *transactions: int) -> None:
    async with database.unit(call_of(organization)) as unit:
        for transaction in transactions:
            row = {"organization": organization, "id": identifiers.new(), "xid": str(transaction)}
            await unit.execute(INSERT, row)


async def test_positions_are_ordered_as_numbers(database: Database) -> None:
    organization = identifiers.new()
    await write_at(database, organization, 100, 9, 99, 10)
    async with database.unit(call_of(organization)) as unit:
        events = await log.read_organization(unit.connection, organization, START, 10)
        page = await log.read_organization(unit.connection, organization, events[1].position, 1)
        newest = await log.newest(unit.connection, organization)
        preceding = await log.preceding(unit.connection, organization, newest)
    assert [event.position.transaction for event in events] == [9, 10, 99, 100]
    assert page == [events[2]]
    assert (newest, preceding) == (events[3].position, events[2].position)


async def test_nothing_precedes_the_first(database: Database) -> None:
    organization = identifiers.new()
    async with database.unit(call_of(organization)) as unit:
        assert await log.newest(unit.connection, organization) == START
        assert await log.preceding(unit.connection, organization, Position(5, 5)) == START


async def test_an_organization_reads_its_own_events_only(database: Database) -> None:
    mine, theirs = identifiers.new(), identifiers.new()
    await write_at(database, theirs, 9)
    async with database.unit(call_of(mine)) as unit:
        assert await log.read_organization(unit.connection, theirs, START, 10) == []
        assert await log.read_all(unit.connection, START, 10) == []


async def test_events_are_kept_since_the_beginning_of_the_oldest_month(database: Database) -> None:
    async with database.unit(call_of(identifiers.new())) as unit:
        since = await log.kept_since(unit.connection)
    now = datetime.now(UTC)
    assert since.day == 1
    assert now - timedelta(days=62) < since <= now
