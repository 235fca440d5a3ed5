"""Every audited method of the contracts leaves a trace of each decision on the running platform, and never a secret."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import grpc.aio
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.mesh import identifiers
from services.mesh.database import Database
from tests.contracts.catalogue import Entry, entries, request_for
from tests.e2e.members import Member, colleague, join, sign_up
from tests.e2e.platform import Platform
from tests.mesh.audit.trails import trail_of
from tests.mesh.events.harness import eventually

AUDITED = [
    entry for entry in entries() if entry.method.policy and entry.method.policy.audited and not entry.method.internal
]
PUBLIC = [entry for entry in AUDITED if entry.method.policy and entry.method.policy.caller == "public"]
GUARDED = [entry for entry in AUDITED if entry not in PUBLIC]
PERMITTED = [entry for entry in GUARDED if entry.method.policy and entry.method.policy.permission]
# After these the caller may do nothing more.
_LAST = (
    "SuspendOrganization",
    "DeleteOrganization",
    "UndeleteOrganization",
    "LeaveOrganization",
    "ChangePassword",
    "SignOut",
)
_SECRET = re.compile(r"(^|_)(password|token|secret|code|key|assertion|verifier)s?$")
_NOT_SECRET = re.compile(r"^(page|resume|next_page|verification)_token$")
_PLANTED = "correct-horse-battery-staple-9471"
_ALL = text("SELECT * FROM event_log")


# One log keeps so many different decisions of a kind in a period; the rest is counted (ADR 0009).
_A_LOG = 50


def takes_a_stream(entry: Entry) -> bool:
    """Whether what a call is about comes after it was let in."""
    return entry.method.descriptor.client_streaming


def portions(found: list[Entry]) -> list[list[Entry]]:
    """The methods, as many at once as one log keeps."""
    ordered = in_order(found)
    return [ordered[start : start + _A_LOG] for start in range(0, len(ordered), _A_LOG)]


def in_order(found: list[Entry]) -> list[Entry]:
    return sorted(found, key=lambda entry: _LAST.index(entry.method.name) if entry.method.name in _LAST else -1)


async def call(platform: Platform, entry: Entry, request: Message, token: str) -> Message | None:
    """The response to a call through the edge, which forges where it comes from; None where it is refused."""
    metadata = [("x-xorb-address", "203.0.113.66"), ("x-forwarded-for", "203.0.113.66")]
    metadata += [("authorization", f"Bearer {token}")] if token else []
    method: Any = platform.channel.unary_unary(
        entry.method.grpc_path, entry.request.SerializeToString, entry.response.FromString
    )
    try:
        response: Message = await method(request, metadata=metadata, timeout=30)
    except grpc.aio.AioRpcError:
        return None
    return response


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def store(platform_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The platform's database with the services' role."""
    store = Database.connect(platform_environment["XORB_POSTGRES_DSN"], pool=1)
    yield store
    await store.close()


async def traced(store: Database, log: UUID, wanted: list[Entry], outcomes: set[str]) -> dict[str, dict[str, Any]]:
    """The rows of a log by method, as soon as each of the methods has one with such an outcome."""
    found: dict[str, dict[str, Any]] = {}

    async def are_there() -> bool:
        rows = await trail_of(store, log)
        found.update({row["method"]: row for row in rows if row["outcome"] in outcomes})
        return {entry.method.grpc_path for entry in wanted} <= set(found)

    try:
        await eventually(are_there, 10)
    except TimeoutError:
        pytest.fail(f"no row {outcomes} of {sorted({e.method.grpc_path for e in wanted} - set(found))}")
    return found


async def test_what_was_allowed_has_a_row(platform: Platform, store: Database) -> None:
    """By the owner of an organization in which nothing else is: much is allowed and comes to nothing."""
    for portion in portions(GUARDED):
        owner = await join(platform)
        for entry in portion:
            await call(platform, entry, request_for(entry, str(owner.identifier)), owner.token)
        permitted = [entry for entry in portion if entry in PERMITTED]
        rows = await traced(store, owner.identifier, permitted, {"SUCCEEDED", "FAILED"})
        for entry in permitted:
            row = rows[entry.method.grpc_path]
            assert row["actor"].startswith("accounts/"), row
            assert (row["address"], len(row["session"])) == ("127.0.0.1", 36), row
            assert bool(row["reason"]) == (row["outcome"] == "FAILED"), row
            assert owner.organization in row["resource"] or takes_a_stream(entry), row


async def test_what_was_denied_has_a_row(platform: Platform, store: Database) -> None:
    for portion in portions(PERMITTED):
        owner = await join(platform)
        guest = await colleague(owner)
        for entry in portion:
            await call(platform, entry, request_for(entry, str(owner.identifier)), guest.token)
        rows = await traced(store, owner.identifier, portion, {"DENIED"})
        for entry in portion:
            row = rows[entry.method.grpc_path]
            assert (row["type"], row["reason"]) == ("access.denied", "PERMISSION_DENIED")
            assert (row["address"], len(row["session"])) == ("127.0.0.1", 36), row
            assert owner.organization in row["resource"] or takes_a_stream(entry), row


async def test_an_ended_session_is_denied_and_has_rows(platform: Platform, store: Database) -> None:
    for portion in portions(GUARDED):
        owner = await join(platform)
        await owner.post("sessions:sign-out")
        for entry in portion:
            await call(platform, entry, request_for(entry, str(owner.identifier)), owner.token)
        rows = await traced(store, owner.identifier, portion, {"DENIED"})
        assert {rows[entry.method.grpc_path]["reason"] for entry in portion} == {"SESSION_REVOKED"}


async def test_good_and_bad_sign_ins_are_in_the_accounts_own_log(platform: Platform, store: Database) -> None:
    account, credentials = await sign_up(platform)
    nobody = Member(platform, "", "")
    assert (await nobody.refused("POST", "sessions:sign-in", {**credentials, "password": _PLANTED})).status == 401
    session = await nobody.post("sessions:sign-in", credentials)

    async def are_there() -> bool:
        return {"access.denied", "account.signed_in"} <= {row["type"] for row in await trail_of(store, account)}

    await eventually(are_there, 10)
    rows = {row["type"]: row for row in await trail_of(store, account)}
    bad, good = rows["access.denied"], rows["account.signed_in"]
    assert (bad["actor"], bad["reason"], bad["resource"]) == ("anonymous", "WRONG_CREDENTIALS", f"accounts/{account}")
    assert (good["actor"], good["outcome"], len(good["session"])) == (f"accounts/{account}", "SUCCEEDED", 36)
    assert bad["method"] == good["method"] == "/xorb.security.v1.IdentityService/SignIn"
    assert bad["address"] == good["address"] == "127.0.0.1"
    somebody = Member(platform, "", session["accessToken"])
    told = await somebody.get(f"accounts/{account}/auditEntries")
    assert {entry["type"] for entry in told["auditEntries"]} >= {"access.denied", "account.signed_in"}


async def test_no_row_holds_a_secret(platform: Platform, store: Database) -> None:
    """Neither what was planted in each secret field of a request, nor what a response told in one."""
    owner, secrets = await join(platform), {_PLANTED}
    for entry in in_order(AUDITED):
        request = request_for(entry, str(owner.identifier))
        _plant(request)
        response = await call(platform, entry, request, "" if entry in PUBLIC else owner.token)
        secrets |= set(_secrets(response)) if response else set()
    secrets |= {owner.token}
    assert len(secrets) >= 2
    end = identifiers.new()
    await call(platform, PERMITTED[0], request_for(PERMITTED[0], str(end)), (await join(platform)).token)
    engine = create_async_engine(platform.environment["XORB_POSTGRES_RELAY_DSN"])
    async with engine.connect() as connection:
        rows = (await connection.execute(_ALL)).all()
    await engine.dispose()
    assert rows
    for row in rows:
        for value in row:
            content = value if isinstance(value, bytes) else str(value).encode()
            assert not [secret for secret in secrets if secret.encode() in content], row.type


def _fields(message: Message) -> Iterator[tuple[Message, str]]:
    for field in message.DESCRIPTOR.fields:
        if field.is_repeated:
            if field.message_type is not None and not field.message_type.GetOptions().map_entry:
                for part in getattr(message, field.name):
                    yield from _fields(part)
        elif field.message_type is not None:
            if message.HasField(field.name):
                yield from _fields(getattr(message, field.name))
        elif field.type == field.TYPE_STRING and _SECRET.search(field.name) and not _NOT_SECRET.search(field.name):
            yield message, field.name


def _plant(message: Message) -> None:
    for owner, name in _fields(message):
        setattr(owner, name, _PLANTED)


def _secrets(message: Message) -> Iterator[str]:
    return (value for owner, name in _fields(message) if len(value := str(getattr(owner, name))) > 8)
