"""People of an organization from the command line, against the running platform."""

import asyncio
import io
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli.__main__ import main
from tests.e2e.members import Json, Member, sign_up
from tests.e2e.platform import Platform

Run = Callable[..., Awaitable[str]]


@pytest.fixture
def xorb(
    platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Runs a command line of somebody, and gives what it prints."""
    monkeypatch.setenv("XORB_SERVER", f"http://{platform.address}")
    monkeypatch.setenv("COLUMNS", "200")

    async def run(who: str, *words: str, code: int = 0, stdin: str = "") -> str:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / who))
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        ended = await asyncio.to_thread(main, list(words))
        printed = capsys.readouterr()
        assert ended == code, printed.err
        return printed.out if ended == 0 else printed.err

    return run


async def _sign_in(xorb: Run, who: str, credentials: Json, *more: str) -> None:
    line = ("login", "--email", credentials["email"], "--password-stdin", *more)
    await xorb(who, *line, stdin=f"{credentials['password']}\n")


async def test_from_an_invitation_to_handing_over(platform: Platform, xorb: Run) -> None:
    (_, ada), (_, bob) = await sign_up(platform), await sign_up(platform)
    await _sign_in(xorb, "ada", ada)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    await _sign_in(xorb, "bob", bob)

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
    await _sign_in(xorb, "ada", ada)
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
