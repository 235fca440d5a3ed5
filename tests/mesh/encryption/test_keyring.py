"""Data keys: one active one for each organization, wrapped at rest, in memory for a short while, gone with Vault."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.encryption.envelope import SealBrokenError
from services.mesh.encryption.keyring import DATA_KEYS, Keyring, Sealed
from services.mesh.encryption.wrapping import OrganizationKeys
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from stack.ports import free_ports
from tests.mesh.encryption.keys import keyring, organization_keys

COLUMN, ROW = "findings.evidence", "1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"], keys=keyring(database_environment))
    yield opened
    await opened.close()


async def sealed(database: Database, organization: UUID, plain: bytes = b"raw") -> Sealed:
    """Returns a field that an organization has sealed."""
    async with database.unit(call_of(organization)) as unit:
        sealer = await unit.sealer()
        return Sealed(COLUMN, ROW, sealer.key, sealer.seal(COLUMN, ROW, plain))


async def opened(database: Database, organization: UUID, field: Sealed) -> bytes:
    async with database.unit(call_of(organization)) as unit:
        return await unit.open(field)


async def test_everybody_seals_with_the_same_key(database: Database, database_environment: dict[str, str]) -> None:
    organization = identifiers.new()
    fields = await asyncio.gather(*(sealed(database, organization) for _ in range(12)))
    assert len({field.key for field in fields}) == 1
    database.keys = keyring(database_environment)
    assert [await opened(database, organization, field) for field in fields] == [b"raw"] * 12
    async with database.unit(call_of(organization)) as unit:
        (wrapped,) = (await unit.execute(select(DATA_KEYS.c.wrapped))).scalars()
    assert wrapped.startswith("vault:v1:")


async def test_a_transaction_that_fails_leaves_no_key(database: Database) -> None:
    organization = identifiers.new()

    async def fail() -> None:
        async with database.unit(call_of(organization)) as unit:
            await unit.sealer()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await opened(database, organization, await sealed(database, organization)) == b"raw"


async def test_another_organization_opens_nothing(database: Database) -> None:
    mine, other = identifiers.new(), identifiers.new()
    field, others = await sealed(database, mine), await sealed(database, other)
    for key in (field.key, others.key):
        with pytest.raises(SealBrokenError):
            await opened(database, other, replace(field, key=key))


async def test_a_field_from_before_there_was_encryption_is_read_as_it_is(database: Database) -> None:
    assert await opened(database, identifiers.new(), Sealed(COLUMN, ROW, None, b"plain")) == b"plain"


async def test_vault_is_asked_once_and_again_when_the_time_is_over(
    database: Database, database_environment: dict[str, str]
) -> None:
    organization, asked = identifiers.new(), list[str]()
    field = await sealed(database, organization)

    class Counted(OrganizationKeys):
        """The same keys; notes what they are asked."""

        async def unwrap(self, organization: UUID, wrapped: str) -> bytes:
            asked.append(wrapped)
            return await organization_keys(database_environment).unwrap(organization, wrapped)

    counted = Counted.connect("", "")
    database.keys = Keyring(counted, 60)
    assert set(await asyncio.gather(*(opened(database, organization, field) for _ in range(20)))) == {b"raw"}
    assert len(asked) == 1
    database.keys = Keyring(counted, 0)
    for _ in range(2):
        await opened(database, organization, field)
    assert len(asked) == 3


async def test_without_vault_there_is_neither_reading_nor_writing(
    database: Database, database_environment: dict[str, str]
) -> None:
    organization = identifiers.new()
    field = await sealed(database, organization)
    nowhere = OrganizationKeys.connect(f"http://127.0.0.1:{free_ports(1)[0]}", "none")
    refused = OrganizationKeys.connect(database_environment["XORB_VAULT_ADDRESS"], "wrong")
    for keys in (nowhere, refused, organization_keys(database_environment, "relay")):
        database.keys = Keyring(keys)
        for work in (opened(database, organization, field), sealed(database, organization)):
            with pytest.raises(Failure) as caught:
                await work
            assert caught.value.reason is Reason.UNAVAILABLE


async def test_a_destroyed_key_opens_nothing_and_is_gone(
    database: Database, database_environment: dict[str, str]
) -> None:
    organization, keys = identifiers.new(), organization_keys(database_environment, "orchestrator")
    field = await sealed(database, organization)
    await keys.rotate(organization)
    for _ in range(2):
        await keys.destroy(organization)
    assert await keys.version(organization) == 0
    database.keys = Keyring(organization_keys(database_environment))
    with pytest.raises(Failure) as caught:
        await opened(database, organization, field)
    assert caught.value.reason is Reason.UNAVAILABLE


async def test_who_seals_can_neither_rotate_nor_destroy(database_environment: dict[str, str]) -> None:
    organization, keys = identifiers.new(), organization_keys(database_environment)
    wrapped = await keys.wrap(organization, b"k" * 32)
    for forbidden in (keys.rotate(organization), keys.destroy(organization), keys.forget_before(organization, 1)):
        with pytest.raises(Failure):
            await forbidden
    assert await keys.unwrap(organization, wrapped) == b"k" * 32


async def test_versions_are_forgotten_again_and_again(database_environment: dict[str, str]) -> None:
    core, orchestrator = (organization_keys(database_environment, role) for role in ("core", "orchestrator"))
    organization = identifiers.new()
    wrapped = await core.wrap(organization, b"k" * 32)
    for version in range(2, 5):
        await orchestrator.rotate(organization)
        old, wrapped = wrapped, await orchestrator.rewrap(organization, wrapped)
        await orchestrator.forget_before(organization, version)
        assert await core.unwrap(organization, wrapped) == b"k" * 32
        with pytest.raises(Failure):
            await core.unwrap(organization, old)
    await orchestrator.destroy(organization)
