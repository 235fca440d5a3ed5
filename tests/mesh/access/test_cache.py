"""What is remembered of callers: for how long, what makes it forgotten, and what open streams are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from sqlalchemy import text

from services.mesh import identifiers
from services.mesh.access import channel
from services.mesh.access.cache import CachedAccess
from services.mesh.access.model import Change, Standing
from services.mesh.calls import NO_ORGANIZATION, Caller
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.events import stream
from services.mesh.roles import granted
from services.mesh.testing import call_of
from stack.polling import until
from tests.e2e.accounts import signed_in

_NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"])
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def redis(database_environment: dict[str, str]) -> AsyncIterator[Redis]:
    client = stream.connect(database_environment["XORB_REDIS_URL"])
    yield client
    await client.aclose()


class Member:
    """A caller in the database, and what may become of it."""

    def __init__(self, database: Database, caller: Caller) -> None:
        self._database = database
        self.caller = caller

    async def roles(self, *roles: str) -> None:
        """Gives the member other roles, and tells nobody."""
        await self._run(
            "UPDATE memberships SET roles = :roles WHERE account_id = :account AND organization_id = :organization",
            roles=list(roles),
        )

    async def end_session(self) -> None:
        """Ends the session, and tells nobody."""
        await self._run("UPDATE sessions SET ended_at = now() WHERE id = :session")

    async def _run(self, statement: str, **values: object) -> None:
        parameters = {
            "account": self.caller.account,
            "organization": self.caller.organization,
            "session": UUID(self.caller.session),
        } | values
        async with self._database.unit(call_of(self.caller.organization, self.caller.account)) as unit:
            used = {name: value for name, value in parameters.items() if f":{name}" in statement}
            await unit.execute(text(statement), used)


@pytest_asyncio.fixture(loop_scope="session")
async def member(database_environment: dict[str, str], database: Database) -> Member:
    """A viewer of an organization of the test's own."""
    organization, founder = identifiers.new(), identifiers.new()
    statement = text("INSERT INTO organizations VALUES (:organization, 'Acme', now(), now(), 1)")
    async with database.unit(call_of(organization, founder)) as unit:
        await unit.execute(statement, {"organization": organization})
    account = await signed_in(database_environment, organization, ["viewer"])
    return Member(database, Caller(f"accounts/{account.account}", organization, session=str(account.session)))


@asynccontextmanager
async def running(access: CachedAccess) -> AsyncIterator[CachedAccess]:
    """The access, hearing of changes."""
    async with access.running():

        async def is_live() -> bool:
            return access.live

        await until(is_live, 5)
        yield access


class Told:
    """What an open stream was told."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Standing | None] = asyncio.Queue()

    def __call__(self, standing: Standing | None) -> None:
        self._queue.put_nowait(standing)

    async def when(self, *permissions: str, seconds: float) -> None:
        """Wait until it is told of exactly these permissions."""
        async with asyncio.timeout(seconds):
            while (standing := await self._queue.get()) is None or standing.permissions != frozenset(permissions):
                pass

    async def unknown(self, seconds: float) -> None:
        """Wait until it is told that nobody knows."""
        async with asyncio.timeout(seconds):
            while await self._queue.get() is not None:
                pass


async def test_it_says_what_the_database_says(database: Database, redis: Redis, member: Member) -> None:
    access, caller = CachedAccess(database, redis), member.caller
    standing = await access.standing(caller)
    assert (standing.session_lives, standing.member, standing.roles) == (True, True, ("viewer",))
    assert standing.permissions == granted("viewer")
    elsewhere = Caller(caller.subject, identifiers.new(), session=caller.session)
    assert await access.standing(elsewhere) == Standing(session_lives=True)
    nowhere = Caller(caller.subject, NO_ORGANIZATION, session=caller.session)
    assert await access.standing(nowhere) == Standing(session_lives=True)
    thief = Caller(f"accounts/{identifiers.new()}", caller.organization, session=caller.session)
    assert await access.standing(thief) == Standing()
    guess = Caller(caller.subject, caller.organization, session=str(identifiers.new()))
    assert await access.standing(guess) == Standing()


async def test_nothing_is_remembered_for_longer_than_a_second(database: Database, redis: Redis, member: Member) -> None:
    access = CachedAccess(database, redis)
    assert (await access.standing(member.caller)).roles == ("viewer",)
    await member.roles("analyst")
    assert (await access.standing(member.caller)).roles == ("viewer",)
    await asyncio.sleep(1.05)
    assert (await access.standing(member.caller)).roles == ("analyst",)


async def test_a_change_acts_here_at_once(database: Database, redis: Redis, member: Member) -> None:
    access = CachedAccess(database, redis, lifetime=3600)
    await access.standing(member.caller)
    await member.roles("analyst")
    await access.announce(Change(member.caller.organization, member.caller.account))
    assert (await access.standing(member.caller)).roles == ("analyst",)


async def test_a_change_acts_in_other_processes(database: Database, redis: Redis, member: Member) -> None:
    async with running(CachedAccess(database, redis, lifetime=3600)) as access:
        await access.standing(member.caller)
        await member.end_session()
        await CachedAccess(database, redis).announce(Change(session=member.caller.session))

        async def has_ended() -> bool:
            return not (await access.standing(member.caller)).session_lives

        await until(has_ended, 1)


async def test_a_change_while_it_is_asked_is_not_missed(database: Database, redis: Redis, member: Member) -> None:
    access = CachedAccess(database, redis, lifetime=3600)
    for role in ("analyst", "auditor") * 10:
        asking = asyncio.create_task(access.standing(member.caller))
        await asyncio.sleep(0)
        await member.roles(role)
        await access.announce(Change(account=member.caller.account))
        await asking
        assert (await access.standing(member.caller)).roles == (role,)


async def test_other_peoples_changes_hold_up_no_answer(database: Database, redis: Redis, member: Member) -> None:
    access, clock = CachedAccess(database, redis), asyncio.get_running_loop()
    asking, patience = asyncio.create_task(access.standing(member.caller)), clock.time() + 10
    while not asking.done() and clock.time() < patience:
        access._forget(Change(organization=uuid4()))
        await asyncio.sleep(0)
    assert asking.done()
    assert asking.result().session_lives


async def test_many_who_want_to_know_at_once_ask_once(database: Database, redis: Redis, member: Member) -> None:
    access = CachedAccess(database, redis)
    first, *others = await asyncio.gather(*(access.standing(member.caller) for _ in range(50)))
    assert all(other is first for other in others)


async def test_without_the_database_nothing_is_allowed(redis: Redis, member: Member) -> None:
    database = Database.connect(_NOWHERE)
    with pytest.raises((Failure, OSError)) as caught:
        await CachedAccess(database, redis).standing(member.caller)
    assert not isinstance(caught.value, Failure) or caught.value.reason is Reason.UNAVAILABLE
    await database.close()


async def test_open_streams_are_told(database: Database, redis: Redis, member: Member) -> None:
    async with running(CachedAccess(database, redis, lifetime=3600)) as access:
        told, other = Told(), Told()
        somebody = Caller(f"accounts/{identifiers.new()}", identifiers.new(), session=str(identifiers.new()))
        with access.following(member.caller, told), access.following(somebody, other):
            await member.roles()
            await CachedAccess(database, redis).announce(Change(member.caller.organization))
            await told.when(seconds=1)
            with pytest.raises(TimeoutError):
                await other.when(seconds=0.2)


async def test_open_streams_are_told_although_redis_is_away(database: Database, member: Member) -> None:
    away = stream.connect("redis://127.0.0.1:9")
    access = CachedAccess(database, away, lifetime=0.2)
    told = Told()
    async with access.running():
        with access.following(member.caller, told):
            await member.roles()
            await told.when(seconds=2)
            assert not access.live
    await away.aclose()


async def test_open_streams_are_told_although_the_message_was_lost(
    database: Database, redis: Redis, member: Member
) -> None:
    async with running(CachedAccess(database, redis, lifetime=0.1, audit=0.5)) as access:
        told = Told()
        with access.following(member.caller, told):
            await member.roles()
            await told.when(seconds=3)


async def test_open_streams_end_when_nobody_knows_for_long(redis: Redis, member: Member) -> None:
    database = Database.connect(_NOWHERE)
    async with running(CachedAccess(database, redis, lifetime=0.1, audit=0.1, patience=0.5)) as access:
        told = Told()
        with access.following(member.caller, told):
            await told.unknown(seconds=5)
    await database.close()


async def test_who_has_left_is_told_nothing_and_forgotten(database: Database, redis: Redis, member: Member) -> None:
    access, told = CachedAccess(database, redis), Told()
    with access.following(member.caller, told), access.following(member.caller, Told()):
        assert len(access._followed) == 1
    assert not access._followed


async def test_the_channel_is_heard_through_silence(redis: Redis) -> None:
    heard = channel.changes(redis)
    change = Change(identifiers.new(), identifiers.new(), str(identifiers.new()))
    async with asyncio.timeout(10):
        assert await anext(heard) is None
        hearing = asyncio.create_task(anext(heard))
        await asyncio.sleep(2.5)
        assert not hearing.done()
        await channel.publish(redis, change)
        assert await hearing == change
    await heard.aclose()


@pytest.mark.parametrize(
    ("change", "concerned"),
    [
        (Change(), True),
        (Change(organization=UUID(int=1)), True),
        (Change(organization=UUID(int=2)), False),
        (Change(account=UUID(int=3)), True),
        (Change(account=UUID(int=4)), False),
        (Change(session="s"), True),
        (Change(session="t"), False),
        (Change(UUID(int=1), UUID(int=4)), False),
    ],
)
def test_whom_a_change_concerns(change: Change, *, concerned: bool) -> None:
    caller = Caller(f"accounts/{UUID(int=3)}", UUID(int=1), session="s")
    assert change.concerns(caller) == concerned
    assert channel.decode(channel.encode(change)) == change
