"""What becomes of open streams when access is taken away: they end within a second, and say why."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import grpc
import pytest
from sqlalchemy import text
from xorb.core.v1 import activity_pb2, member_pb2, organization_pb2, role_pb2

from services.mesh.access.model import Change
from services.mesh.calls import Caller
from services.mesh.errors import Reason
from services.mesh.statuses import from_call
from services.mesh.testing import call_of
from tests.core.organizations.world import Person, World

_SECOND = 1.0
Take = Callable[[World, Person, Person], Awaitable[object]]


async def _roles(world: World, owner: Person, other: Person) -> object:
    return await world.give(owner, other.member)


async def _other_roles(world: World, owner: Person, other: Person) -> object:
    role = role_pb2.Role(display_name="Reader", permissions=["findings.read"])
    created = await owner.call(world.roles.CreateRole, role_pb2.CreateRoleRequest(parent=owner.name, role=role))
    return await world.give(owner, other.member, created.name)


async def _membership(world: World, owner: Person, other: Person) -> object:
    return await owner.call(world.members.DeleteMember, member_pb2.DeleteMemberRequest(name=other.member))


async def _leave(world: World, owner: Person, other: Person) -> object:
    return await other.call(world.members.LeaveOrganization, member_pb2.LeaveOrganizationRequest(name=owner.name))


async def _suspension(world: World, owner: Person, other: Person) -> object:
    return await owner.call(world.members.SuspendMember, member_pb2.SuspendMemberRequest(name=other.member))


async def _organization(world: World, owner: Person, other: Person) -> object:
    request = organization_pb2.SuspendOrganizationRequest(name=owner.name)
    return await owner.call(world.organizations.SuspendOrganization, request)


async def _deletion(world: World, owner: Person, other: Person) -> object:
    request = organization_pb2.DeleteOrganizationRequest(name=owner.name)
    return await owner.call(world.organizations.DeleteOrganization, request)


async def _session(world: World, owner: Person, other: Person) -> object:
    async with world.database.unit(call_of(owner.organization, other.identity.account)) as unit:
        statement = text("UPDATE sessions SET ended_at = now() WHERE id = :session")
        await unit.execute(statement, {"session": other.identity.session})
    await world.access.announce(Change(session=str(other.identity.session)))
    return None


@pytest.mark.parametrize(
    ("take", "code", "reason"),
    [
        (_roles, grpc.StatusCode.PERMISSION_DENIED, Reason.PERMISSION_DENIED),
        (_other_roles, grpc.StatusCode.PERMISSION_DENIED, Reason.PERMISSION_DENIED),
        (_membership, grpc.StatusCode.PERMISSION_DENIED, Reason.PERMISSION_DENIED),
        (_leave, grpc.StatusCode.PERMISSION_DENIED, Reason.PERMISSION_DENIED),
        (_suspension, grpc.StatusCode.PERMISSION_DENIED, Reason.PERMISSION_DENIED),
        (_organization, grpc.StatusCode.PERMISSION_DENIED, Reason.ORGANIZATION_SUSPENDED),
        (_deletion, grpc.StatusCode.PERMISSION_DENIED, Reason.ORGANIZATION_DELETED),
        (_session, grpc.StatusCode.UNAUTHENTICATED, Reason.SESSION_REVOKED),
    ],
)
async def test_they_end_and_say_why(
    world: World, owner: Person, take: Take, code: grpc.StatusCode, reason: Reason
) -> None:
    other = await world.colleague(owner, "viewer")
    async with world.watching(other) as first, world.watching(other) as second:
        await take(world, owner, other)
        for stream in (first, second):
            error = await stream.end(_SECOND)
            assert error.code() is code
            failure = from_call(error)
            assert failure is not None
            assert failure.reason is reason


async def test_those_of_others_go_on(world: World, owner: Person) -> None:
    taken, stays = await world.colleague(owner, "viewer"), await world.colleague(owner, "viewer")
    foreign = await world.founder()
    async with AsyncExitStack() as streams:
        others = [await streams.enter_async_context(world.watching(one)) for one in (owner, stays, foreign)]
        ended = await streams.enter_async_context(world.watching(taken))
        await world.give(owner, taken.member)
        await ended.end(_SECOND)
        assert all(stream.open for stream in others)
        await world.give(owner, stays.member, "analyst")
        await world.give(owner, taken.member, "viewer")
        assert all(stream.open for stream in others)


async def test_over_rest_the_last_record_says_why(world: World, owner: Person) -> None:
    other = await world.colleague(owner, "viewer")
    call = world.activity.WatchActivity(
        activity_pb2.WatchActivityRequest(parent=owner.name),
        metadata=(*other.metadata, ("x-envoy-original-path", "/v1/x")),
        timeout=20,
    )
    records = aiter(call)
    assert (await anext(records)).WhichOneof("record") == "checkpoint"
    await world.give(owner, other.member)
    *_, last = [record async for record in records]
    assert (last.WhichOneof("record"), last.end.code) == ("end", grpc.StatusCode.PERMISSION_DENIED.value[0])


async def test_a_stream_shows_what_its_reader_may_see_now(world: World, owner: Person) -> None:
    administrator = await world.colleague(owner, "administrator")
    call = world.activity.WatchActivity(
        activity_pb2.WatchActivityRequest(parent=owner.name), metadata=administrator.metadata, timeout=20
    )
    assert (await call.read()).WhichOneof("record") == "checkpoint"
    await world.invite(owner, "first@example.org")
    assert (await call.read()).event.metadata.type == "invitation.created"
    identity, told = administrator.identity, asyncio.Event()
    caller = Caller(f"accounts/{identity.account}", owner.organization, session=str(identity.session))
    with world.access.following(caller, lambda _standing: told.set()):
        await world.give(owner, administrator.member, "viewer")
        await asyncio.wait_for(told.wait(), _SECOND)
    assert (await call.read()).event.metadata.type == "member.updated"
    await world.invite(owner, "second@example.org")
    await world.give(owner, administrator.member, "analyst")
    assert (await call.read()).event.metadata.type == "member.updated"
    call.cancel()
