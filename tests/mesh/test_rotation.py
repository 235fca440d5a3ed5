"""Credentials of the database come and go under load, and nobody notices."""

import asyncio
import logging
import os
from uuid import UUID

import pytest
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.rotation import Rotation
from services.mesh.testing import call_of
from stack.polling import until
from tests.mesh.issuing import root, short_lived

_LOG = logging.getLogger(__name__)
REQUESTS = int(os.environ.get("XORB_ROTATION_REQUESTS", "2000"))
CHANGES, CALLERS = 3, 8
_WORK = text("SELECT current_user, pg_sleep(0.002)")


async def user(database: Database, organization: UUID) -> str:
    """One request: a transaction of two statements; returns the database role that it ran as."""
    async with database.unit(call_of(organization)) as unit:
        await unit.execute(text("SELECT 1"))
        return str((await unit.execute(_WORK)).one()[0])


async def test_no_request_fails_while_credentials_change(database_environment: dict[str, str]) -> None:
    users, requests = set[str](), 0

    async def call(rotation: Rotation, database: Database) -> None:
        nonlocal requests
        while requests < REQUESTS or rotation.changes < CHANGES:
            users.add(await user(database, identifiers.new()))
            requests += 1

    issued = short_lived(database_environment, "xorb-load", 2, 5)
    async with asyncio.timeout(60 + REQUESTS / 50), issued as rotation, rotation.running() as database:
        await asyncio.gather(*(call(rotation, database) for _ in range(CALLERS)))
    _LOG.info("%d requests, %d changes of credentials, %d renewals", requests, rotation.changes, rotation.renewals)
    assert rotation.renewals >= CHANGES
    assert requests >= REQUESTS
    assert len(users) >= CHANGES


async def test_what_was_replaced_or_left_is_gone(database_environment: dict[str, str]) -> None:
    client = root(database_environment)

    def leases() -> int:
        listed = client.list("sys/leases/lookup/database/creds/xorb-gone")
        return len(listed["data"]["keys"]) if listed else 0

    async def only_one() -> bool:
        return await asyncio.to_thread(leases) == 1

    async with short_lived(database_environment, "xorb-gone", 60, 600) as rotation:
        async with rotation.running() as database:
            first = await user(database, identifiers.new())
            await rotation.change(rotation.lease)
            second = await user(database, identifiers.new())
            await until(only_one, seconds=10)
        assert leases() == 0
    assert first != second


async def test_credentials_that_die_early_are_replaced(database_environment: dict[str, str]) -> None:
    client, organization = root(database_environment), identifiers.new()
    async with short_lived(database_environment, "xorb-early", 60, 600) as rotation, rotation.running() as database:
        first = {await user(database, organization) for _ in range(3)}
        await asyncio.to_thread(client.sys.revoke_prefix, "database/creds/xorb-early")
        later = await asyncio.gather(*(user(database, organization) for _ in range(10)))
    assert len(first) == len(set(later)) == 1
    assert first.isdisjoint(later)
    assert rotation.changes == 1


async def test_without_vault_there_are_no_credentials(database_environment: dict[str, str]) -> None:
    async with short_lived(database_environment, "xorb-none", 60, 600) as rotation:
        root(database_environment).delete("database/roles/xorb-none")
        with pytest.raises(Failure) as caught:
            async with rotation.running():
                pass
    assert caught.value.reason is Reason.UNAVAILABLE


async def test_issued_roles_are_held_by_row_level_security(database_environment: dict[str, str]) -> None:
    mine, other = identifiers.new(), identifiers.new()
    add = text(
        "INSERT INTO data_keys (organization_id, id, wrapped, retired_at) VALUES (:organization, :id, 'none', now())"
    )
    async with short_lived(database_environment, "xorb-held", 60, 600) as rotation, rotation.running() as database:
        async with database.unit(call_of(mine)) as unit:
            await unit.execute(add, {"organization": mine, "id": identifiers.new()})
            rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            assert (await unit.execute(text(rights))).scalar_one() is False
        async with database.unit(call_of(other)) as unit:
            assert (await unit.execute(text("SELECT count(*) FROM data_keys"))).scalar_one() == 0
