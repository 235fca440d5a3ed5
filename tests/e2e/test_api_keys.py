"""API keys at the edge: in a token's place on every transport, no wider than they were made, and void at once."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import grpc
import grpc.aio
import pytest
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from services.mesh import api_keys, identifiers
from stack import http
from tests.e2e.members import Json, Member, colleague, join
from tests.e2e.watching import TRANSPORTS, watching

READ = ["activity.read", "findings.read", "targets.read"]
_SECOND = 1.0


async def service_account(member: Member) -> Json:
    """A new service account of the member's organization."""
    return await member.post(f"{member.organization}/serviceAccounts", {"displayName": str(identifiers.new())})


async def machine(member: Member, *permissions: str) -> tuple[Member, Json]:
    """A program that works in the member's organization by a key, and that key."""
    account = await service_account(member)
    key = await member.post(f"{account['name']}/apiKeys", {"permissions": permissions or READ})
    return Member(member.platform, member.organization, key["key"]), key


async def test_a_key_is_taken_on_every_transport(member: Member) -> None:
    program, key = await machine(member)
    account = key["name"].rpartition("/apiKeys")[0]
    caller = await program.get("caller")
    assert (caller["serviceAccount"], caller.get("account"), caller["permissions"]) == (account, None, READ)
    stub = identity_pb2_grpc.IdentityServiceStub(member.platform.channel)
    answer = await stub.GetCaller(identity_pb2.GetCallerRequest(), metadata=program.metadata)
    assert answer.service_account == account
    assert (await over_grpc_web(program)).service_account == account
    async with AsyncExitStack() as stack:
        for transport in TRANSPORTS:
            await stack.enter_async_context(watching(program, f"{member.organization}/findings:watch", transport))


async def over_grpc_web(program: Member) -> identity_pb2.Caller:
    """What a browser's library would get: the message of the first frame, whose header has five bytes."""
    headers = {"authorization": f"Bearer {program.token}", "content-type": "application/grpc-web+proto"}
    where = http.Address(port=int(program.platform.environment["XORB_GATEWAY_PORT"]))
    path = "/xorb.security.v1.IdentityService/GetCaller"
    frame = (await http.request(where, "POST", path, body=bytes(5), headers=headers)).body
    return identity_pb2.Caller.FromString(frame[5 : 5 + int.from_bytes(frame[1:5])])


async def test_a_key_grants_what_it_was_made_for(member: Member) -> None:
    program, key = await machine(member, "targets.read", "service_accounts.manage")
    await program.get(f"{member.organization}/targets")
    for method, path, body in (
        ("POST", f"{member.organization}/targets", {"host": "127.0.0.1"}),
        ("GET", f"{member.organization}/findings", None),
        ("POST", key["name"].rpartition("/")[0], {"permissions": ["targets.read"]}),
        ("GET", "organizations", None),
        ("POST", "sessions:sign-out", {}),
    ):
        assert (await program.refused(method, path, body)).reason == "PERMISSION_DENIED"
    stranger = await join(member.platform)
    assert (await program.refused("GET", f"{stranger.organization}/targets")).reason == "NOT_FOUND"
    made = await program.post(f"{member.organization}/serviceAccounts", {"displayName": "made by another"})
    assert made["creator"] == key["name"].rpartition("/apiKeys")[0]


async def test_nobody_grants_what_they_do_not_have(member: Member) -> None:
    role = {"displayName": "Keys", "permissions": ["api_keys.manage", "api_keys.read", "targets.read"]}
    made = await member.post(f"{member.organization}/roles", role)
    other, account = await colleague(member, made["name"]), await service_account(member)
    await other.post(f"{account['name']}/apiKeys", {"permissions": ["targets.read"]})
    wider = await other.refused(
        "POST", f"{account['name']}/apiKeys", {"permissions": ["targets.read", "findings.read"]}
    )
    assert wider.reason == "PERMISSION_DENIED"
    unknown = await member.refused("POST", f"{account['name']}/apiKeys", {"permissions": ["targets.fly"]})
    assert unknown.reason == "INVALID_FIELD"
    viewer = await colleague(member, "viewer")
    assert (await viewer.refused("GET", f"{account['name']}/apiKeys")).reason == "PERMISSION_DENIED"


async def test_a_key_is_shown_once_and_its_use_is(member: Member) -> None:
    program, key = await machine(member)
    listed = await member.every(f"{key['name'].rpartition('/')[0]}", "apiKeys")
    assert [(one["name"], one["key"], one.get("lastUseTime")) for one in listed] == [(key["name"], "", None)]
    await program.get("caller")
    used = await member.get(key["name"])
    assert (used["key"], used["state"]) == ("", "ACTIVE")
    assert abs(datetime.fromisoformat(used["lastUseTime"]) - datetime.now(UTC)) < timedelta(minutes=1)
    events = await member.every(f"{member.organization}/activity", "events")
    told = [one["metadata"]["type"] for one in events if one["metadata"]["resource"] == key["name"]]
    assert told == ["api_key.created"]
    assert program.token not in str(events)


async def test_a_key_is_good_for_90_days_and_never_more_than_a_year(member: Member) -> None:
    _, key = await machine(member)
    end = datetime.fromisoformat(key["expireTime"]) - datetime.fromisoformat(key["createTime"])
    assert end == timedelta(days=90)
    late = (datetime.now(UTC) + timedelta(days=370)).isoformat().replace("+00:00", "Z")
    body = {"permissions": READ, "expireTime": late}
    refused = await member.refused("POST", key["name"].rpartition("/")[0], body)
    assert refused.reason == "INVALID_FIELD"


@pytest.mark.parametrize("how", ["key", "service account"])
async def test_a_key_that_is_ended_acts_no_more(member: Member, how: str) -> None:
    program, key = await machine(member)
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(watching(program, f"{member.organization}/activity:watch", transport))
            for transport in TRANSPORTS
        ]
        if how == "key":
            await member.post(f"{key['name']}:revoke")
        else:
            await member.call("DELETE", key["name"].rpartition("/apiKeys")[0])
        ended = time.monotonic()
        refused = await program.refused("GET", f"{member.organization}/targets")
        ends = await asyncio.gather(*(stream.end() for stream in streams))
        took = time.monotonic() - ended
    assert (refused.status, refused.reason) == (401, "SESSION_REVOKED")
    assert [end["code"] for end in ends] == [16] * len(TRANSPORTS)
    assert took <= _SECOND
    exchange = await Member(member.platform, "", "").refused(
        "POST", "sessions:exchange-api-key", {"key": program.token}
    )
    assert (exchange.status, exchange.reason) == (401, "UNAUTHENTICATED")


async def test_what_is_not_a_key_is_refused(member: Member) -> None:
    unknown, _ = api_keys.new(member.identifier, identifiers.new())
    elsewhere, _ = api_keys.new(identifiers.new(), identifiers.new())
    for text in (unknown, elsewhere, unknown[:-1], "xorb_", f"{unknown} {member.token}"):
        nobody = Member(member.platform, member.organization, text)
        refused = await nobody.refused("GET", "caller")
        assert (refused.status, refused.reason) == (401, "UNAUTHENTICATED"), text
    stub = identity_pb2_grpc.IdentityServiceStub(member.platform.channel)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.GetCaller(identity_pb2.GetCallerRequest(), metadata=(("authorization", f"Bearer {unknown}"),))
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    async with watching(
        Member(member.platform, "", unknown), f"{member.organization}/findings:watch", "websocket", expect_refusal=True
    ) as watch:
        assert (await watch.end())["code"] == 16


async def test_services_take_no_keys_themselves(member: Member) -> None:
    program, _ = await machine(member)
    async with member.platform.direct("security") as channel:
        stub = identity_pb2_grpc.IdentityServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetCaller(identity_pb2.GetCallerRequest(), metadata=program.metadata)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
