"""People of an organization from the command line, against the running platform."""

import json
from dataclasses import replace

from tests.e2e.members import Member, sign_up
from tests.e2e.platform import Platform
from tests.e2e.terminal import Run, sign_in


async def test_from_an_invitation_to_handing_over(platform: Platform, xorb: Run) -> None:
    (_, ada), (_, bob) = await sign_up(platform), await sign_up(platform)
    await sign_in(xorb, "ada", ada)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    await sign_in(xorb, "bob", bob)

    assert "analyst" in await xorb("ada", "roles", "built-in")
    await xorb("ada", "roles", "create", "Readers", "members.read", "roles.read")
    assert "Readers" in await xorb("ada", "roles", "list")
    accept = await xorb("ada", "members", "invite", bob["email"], "--role", "readers")
    assert bob["email"] in await xorb("ada", "invitations", "list")
    await xorb("bob", *accept.split()[1:])

    listed = json.loads(await xorb("bob", "members", "list", "-o", "json"))
    assert [member["email"] for member in listed] == [ada["email"], bob["email"]]
    assert "findings.read" in await xorb("bob", "findings", "list", code=1)
    await xorb("ada", "members", "roles", bob["email"], "viewer")
    await xorb("bob", "findings", "list")
    assert "RESOURCE_IN_USE" not in await xorb("ada", "roles", "delete", "Readers")

    assert "suspended" in await xorb("ada", "members", "suspend", bob["email"])
    await xorb("bob", "findings", "list", code=1)
    await xorb("ada", "members", "resume", bob["email"])
    assert "xorb members transfer" in await xorb("ada", "members", "leave", "--yes", code=1)
    await xorb("ada", "members", "transfer", bob["email"], "--yes")
    await xorb("bob", "members", "remove", ada["email"], "--yes")
    await xorb("ada", "findings", "list", code=1)
    await xorb("ada", "members", "invite", bob["email"], code=1)
    accept = await xorb("bob", "members", "invite", ada["email"], "--role", "auditor")
    await xorb("ada", *accept.split()[1:])
    await xorb("ada", "findings", "list")
    await xorb("ada", "members", "leave", "--yes")
    assert "organization" not in json.loads(await xorb("ada", "whoami", "-o", "json"))


async def test_an_invitation_taken_back(platform: Platform, xorb: Run) -> None:
    _, ada = await sign_up(platform)
    await sign_in(xorb, "ada", ada)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    accept = await xorb("ada", "members", "invite", ada["email"])
    assert "revoked" in await xorb("ada", "invitations", "revoke", ada["email"])
    assert "invitation" in await xorb("ada", *accept.split()[1:], code=1)


async def test_who_names_no_organization_gets_one_that_is_open(platform: Platform) -> None:
    _, ada = await sign_up(platform)
    member, made = Member(platform, "", ""), list[str]()
    for name in ("the first", "the second"):
        signed_in = await member.post("sessions:sign-in", ada)
        member = replace(member, token=signed_in["accessToken"])
        made.append((await member.post("organizations", {"displayName": name}))["name"])
    owner = replace(
        member, token=(await member.post("sessions:sign-in", {**ada, "organization": made[0]}))["accessToken"]
    )
    assert (await member.post("sessions:sign-in", ada))["organization"] == made[0]
    await owner.post(f"{made[0]}:suspend", {})
    assert (await member.post("sessions:sign-in", ada))["organization"] == made[1]
