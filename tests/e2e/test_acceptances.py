"""Risks are accepted by two people, over REST and gRPC, and come back when their time is over, whatever dies."""

from datetime import UTC, datetime, timedelta

import grpc.aio
import pytest
from xorb.core.v1 import acceptance_pb2, acceptance_pb2_grpc

from services.mesh.statuses import from_call
from stack.polling import until
from tests.e2e.members import Json, Member, colleague
from tests.e2e.scans import ended, findings, order

_SECONDS = 60


async def ask(member: Member, seconds: float, **scope: object) -> Json:
    """The request of a member to accept a risk for some seconds."""
    expire = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    body = {"justification": "A proxy is in front.", "expireTime": expire, **scope}
    return await member.post(f"{member.organization}/acceptances", body)


async def states(member: Member) -> set[str]:
    """The states of all findings."""
    return {finding["state"] for finding in await findings(member)}


async def become(member: Member, state: str) -> None:
    """Wait until all findings have a state."""

    async def have() -> bool:
        return await states(member) == {state}

    await until(have, _SECONDS)


async def test_what_was_accepted_comes_back_although_the_orchestrator_is_killed(member: Member) -> None:
    await ended(member, await order(member, await member.demo_target()))
    manager = await colleague(member, "security_manager")
    asked = await ask(member, 12, wholeOrganization=True)
    own = await member.refused("POST", f"{asked['name']}:approve")
    assert (own.status, own.reason) == (403, "SEPARATION_OF_DUTIES")
    # Who ordered the scan has found what it saw, whoever asks.
    others = await ask(manager, 60, wholeOrganization=True)
    found = await member.refused("POST", f"{others['name']}:approve")
    assert (found.status, found.reason, "found" in found.message) == (403, "SEPARATION_OF_DUTIES", True)
    approved = await manager.post(f"{asked['name']}:approve", {"note": "Until then."})
    assert approved["findingCount"] == len(await findings(member)) > 0
    assert await states(member) == {"RISK_ACCEPTED"}
    killed = member.platform.kill("orchestrator")
    await member.platform.restarted(killed)
    await become(member, "OPEN")
    assert (await member.get(asked["name"]))["state"] == "EXPIRED"


@pytest.mark.parametrize("role", ["analyst", "pentester", "auditor", "viewer"])
async def test_who_may_not_approve(member: Member, role: str) -> None:
    asked = await ask(member, 60, cve="CVE-2014-0160")
    other = await colleague(member, role)
    refused = await other.refused("POST", f"{asked['name']}:approve")
    assert (refused.status, refused.reason) == (403, "PERMISSION_DENIED")
    stub = acceptance_pb2_grpc.AcceptancesServiceStub(member.platform.channel)
    request = acceptance_pb2.ApproveAcceptanceRequest(name=asked["name"])
    for caller, reason in ((other, "PERMISSION_DENIED"), (member, "SEPARATION_OF_DUTIES")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ApproveAcceptance(request, metadata=caller.metadata, timeout=20)
        failure = from_call(caught.value)
        assert failure is not None
        assert failure.reason.name == reason


async def test_a_policy_reaches_what_was_found_before(member: Member) -> None:
    await ended(member, await order(member, await member.demo_target()))
    allowances = [{"severity": severity, "days": 30} for severity in ("LOW", "MEDIUM", "HIGH", "CRITICAL")]
    policy = f"{member.organization}/deadlinePolicy"
    await member.call("PATCH", policy, {"allowances": allowances})

    async def have_deadlines() -> bool:
        found = await findings(member)
        return all(("dueTime" in finding) == (finding["severity"] != "INFO") for finding in found)

    await until(have_deadlines, _SECONDS)
