"""Each step of a rotation, and again: done twice it does nothing more."""

from uuid import UUID

import pytest
from sqlalchemy import select, text
from temporalio.testing import ActivityEnvironment

from services.core.findings import recording, store
from services.core.findings.tables import FINDINGS, SIGHTINGS
from services.mesh import idempotency, identifiers
from services.mesh.calls import Call, Caller
from services.mesh.database import Database
from services.mesh.encryption.keyring import DATA_KEYS
from services.mesh.errors import Failure
from services.mesh.testing import call_of
from services.roles.sealed import SEALED
from services.security.secrets.activities import RotationActivities
from services.security.secrets.orders import RotationOrder
from tests.core.findings.samples import report
from tests.mesh.encryption.keys import keyring, organization_keys

ROWS = 250


async def filled(database: Database, organization: UUID) -> Call:
    """Fills an organization with findings, some of them plain, and with a sealed reply; returns the reply's call."""
    reports = [report(location=f"https://example.com/{number}", evidence=f"raw {number}") for number in range(ROWS)]
    call = Call("/test", caller=Caller(f"accounts/{identifiers.new()}"), organization=organization, request_id="r")
    async with database.unit(call) as unit:
        await recording.record(unit, recording.seen(organization, reports))
        await unit.execute(text("UPDATE findings SET evidence = 'plain', data_key_id = NULL WHERE location LIKE '%7'"))
        insert = idempotency.KEYS.insert().values(
            organization_id=organization, subject=call.caller.subject, method="/test", request_id="r",
            request_digest=b"", response=(await unit.sealer()).seal(
                idempotency.RESPONSE, idempotency.place(call.caller.subject, "/test", "r"), b"reply"
            ), data_key_id=(await unit.sealer()).key,
        )  # fmt: skip
        await unit.execute(insert)
    return call


async def test_everything_is_sealed_anew_and_the_old_key_is_gone(database_environment: dict[str, str]) -> None:
    organization, key = identifiers.new(), identifiers.new()
    database = Database.connect(database_environment["XORB_POSTGRES_DSN"], keys=keyring(database_environment))
    call = await filled(database, organization)
    async with database.unit(call_of(organization)) as unit:
        (old,) = (await unit.execute(select(DATA_KEYS.c.wrapped))).scalars()
    database.keys = keyring(database_environment)
    keys = organization_keys(database_environment, "orchestrator")
    steps, order = RotationActivities(database, keys, SEALED), RotationOrder(str(organization), str(key), 0)
    run = ActivityEnvironment().run
    for _ in range(2):
        await run(steps.switch, order)
    with pytest.raises(RuntimeError):
        await run(steps.forget, order)
    assert [await run(steps.reseal, order) for _ in range(2)] == [2 * ROWS + 1, 0]
    for _ in range(2):
        await run(steps.forget, order)
    database.keys = keyring(database_environment)
    async with database.unit(call) as unit:
        for table in (FINDINGS, SIGHTINGS, idempotency.KEYS):
            assert (await unit.execute(select(table.c.data_key_id).distinct())).scalars().all() == [key]
        found = [await store.finding(row, unit.open) for row in await unit.execute(select(FINDINGS))]
        for one in found:
            number = one.weakness.location.rpartition("/")[2]
            assert one.evidence == ("plain" if number.endswith("7") else f"raw {number}")
        remembered = await idempotency.recall(unit.connection, call)
        assert remembered is not None
        assert await unit.open(remembered.response) == b"reply"
        (wrapped,) = (await unit.execute(select(DATA_KEYS.c.wrapped))).scalars()
    assert len(found) == ROWS
    assert wrapped.startswith("vault:v2:")
    with pytest.raises(Failure):
        await keys.unwrap(organization, old)
    await database.close()
