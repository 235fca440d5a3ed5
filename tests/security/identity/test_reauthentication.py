"""Proofs of accounts that have nothing to prove with."""

from datetime import UTC, datetime, timedelta

import grpc
from sqlalchemy import update
from xorb.security.v1 import passkey_pb2

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.testing import call_of
from services.security.identity.store import ACCOUNTS, SESSIONS
from tests.security.identity.person import Person
from tests.security.identity.plane import refused

_REAUTHENTICATE = (grpc.StatusCode.PERMISSION_DENIED, "REAUTHENTICATION_REQUIRED")


async def begin(person: Person) -> str:
    """Begins to register a passkey, without any proof."""
    request = passkey_pb2.BeginPasskeyRegistrationRequest(parent=person.account)
    return str((await person.platform.passkeys.BeginPasskeyRegistration(request, metadata=person.bearer)).challenge)


async def test_a_session_that_has_just_begun_is_proof_where_there_is_no_other(person: Person) -> None:
    assert await refused(begin(person)) == _REAUTHENTICATE
    without = update(ACCOUNTS).where(ACCOUNTS.c.id == person.identifier).values(password_hash="")
    aged = update(SESSIONS).where(SESSIONS.c.account_id == person.identifier)
    async with person.platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(without)
    assert await begin(person)
    async with person.platform.database.unit(call_of(NO_ORGANIZATION)) as unit:
        await unit.execute(aged.values(created_at=datetime.now(UTC) - timedelta(minutes=5)))
    assert await refused(begin(person)) == _REAUTHENTICATE
