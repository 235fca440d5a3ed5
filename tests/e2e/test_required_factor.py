"""An organization that requires a second factor: who has none is out of it on every transport, and of nothing else."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pyotp
import pytest_asyncio

from tests.e2e.members import PASSWORD, Json, Member, colleague, join
from tests.e2e.platform import Platform
from tests.e2e.test_api_keys import machine
from tests.e2e.watching import TRANSPORTS, watching

_SECOND = 1.0
_REASON = "SECOND_FACTOR_REQUIRED"


async def with_factor(somebody: Member) -> Member:
    """The same person, who has added an authenticator app and signed in again with a recovery code."""
    account = (await somebody.get("caller"))["account"]
    factors, proof = f"{account['name']}/second-factors", {"proof": {"password": PASSWORD}}
    # An organization that requires a factor doesn't keep anybody from adding one.
    begun = await somebody.post(f"{factors}:enroll-totp", proof)
    code = pyotp.TOTP(begun["secret"]).now()
    codes = (await somebody.post(f"{factors}:confirm-totp", {"code": code}))["codes"]
    credentials = {"email": account["email"], "password": PASSWORD, "organization": somebody.organization}
    first = await somebody.post("sessions:sign-in", credentials)
    answer = {"challenge": first["secondFactor"]["challenge"], "recoveryCode": codes[0]}
    session = await somebody.post("sessions:complete-sign-in", answer)
    return replace(somebody, token=session["accessToken"])


async def demand(somebody: Member, *, required: bool = True) -> Json:
    """Makes the organization require a second factor, or not."""
    path = f"{somebody.organization}?updateMask=secondFactorRequired"
    return await somebody.call("PATCH", path, {"secondFactorRequired": required})


@pytest_asyncio.fixture
async def owner(platform: Platform) -> Member:
    """The owner of an organization of the test's own, signed in with a second factor."""
    return await with_factor(await join(platform))


async def test_the_next_call_is_refused_and_streams_end(owner: Member) -> None:
    viewer = await colleague(owner, "viewer")
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(watching(viewer, f"{owner.organization}/findings:watch", transport))
            for transport in TRANSPORTS
        ]
        kept = [
            await stack.enter_async_context(watching(owner, f"{owner.organization}/findings:watch", transport))
            for transport in TRANSPORTS
        ]
        assert (await demand(owner))["secondFactorRequired"] is True
        at = time.monotonic()
        refused = await viewer.refused("GET", f"{owner.organization}/targets")
        ends = await asyncio.gather(*(stream.end() for stream in streams))
        took = time.monotonic() - at
        assert (refused.status, refused.reason) == (403, _REASON)
        assert "sign in again" in refused.message
        assert [end["details"][0]["reason"] for end in ends] == [_REASON] * len(TRANSPORTS)
        assert took <= _SECOND
        await owner.target()
        assert len(kept) == len(TRANSPORTS)
    strong = await with_factor(viewer)
    await strong.get(f"{owner.organization}/targets")
    assert (await viewer.refused("GET", f"{owner.organization}/targets")).reason == _REASON


async def test_nobody_locks_themselves_out(platform: Platform) -> None:
    weak = await join(platform)
    path = f"{weak.organization}?updateMask=secondFactorRequired"
    assert (await weak.refused("PATCH", path, {"secondFactorRequired": True})).reason == _REASON
    found = {"displayName": "Strict", "secondFactorRequired": True}
    assert (await weak.refused("POST", "organizations", found)).reason == _REASON
    await weak.call("PATCH", weak.organization, {"displayName": "Engines"})
    strong = await with_factor(weak)
    assert (await strong.post("organizations", found))["secondFactorRequired"] is True
    await demand(strong)
    assert (await weak.refused("PATCH", path, {"secondFactorRequired": False})).reason == _REASON
    assert (await demand(strong, required=False))["secondFactorRequired"] is False
    await weak.get(f"{weak.organization}/targets")


async def test_programs_go_on_and_decide_nothing(owner: Member) -> None:
    program, _ = await machine(owner, "targets.read", "organizations.update")
    await demand(owner)
    await program.get(f"{owner.organization}/targets")
    path = f"{owner.organization}?updateMask=secondFactorRequired"
    assert (await program.refused("PATCH", path, {"secondFactorRequired": False})).reason == _REASON


async def test_other_organizations_and_ones_own_account_are_untouched(owner: Member, platform: Platform) -> None:
    other = await join(platform)
    viewer = await colleague(owner, "viewer")
    await demand(owner)
    await other.get(f"{other.organization}/targets")
    caller = await viewer.get("caller")
    assert (caller["organization"], caller["permissions"]) == (owner.organization, [])
    assert [one["secondFactorRequired"] for one in (await viewer.get("organizations"))["organizations"]] == [True]
    account = caller["account"]["name"]
    assert len((await viewer.get(f"{account}/sessions"))["sessions"]) == 1
    own = await viewer.post("organizations", {"displayName": "Mine"})
    assert own["secondFactorRequired"] is False


async def test_nobody_leaves_without_one(owner: Member) -> None:
    viewer = await colleague(owner, "viewer")
    await demand(owner)
    assert (await viewer.refused("POST", f"{owner.organization}:leave", {})).reason == _REASON
    strong = await with_factor(viewer)
    await strong.post(f"{owner.organization}:leave", {})


async def test_it_is_told(owner: Member) -> None:
    await demand(owner)
    await demand(owner)
    await demand(owner, required=False)
    events = (await owner.get(f"{owner.organization}/activity"))["events"]
    told = [one["summary"] for one in events if one["metadata"]["type"] == "organization.updated"]
    assert [text.partition(" requires ")[2] for text in told] == ["no second factor any more", "a second factor"]
