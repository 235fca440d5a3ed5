"""Signing in and out, and what is kept of it."""

import json
import stat
from pathlib import Path

import pytest
from google.rpc import code_pb2

from tests.cli.conftest import Xorb
from tests.cli.platform import EMAIL, ORGANIZATION, PASSWORD, Platform


def test_login_keeps_the_session_for_its_owner_only(anonymous: Xorb, config: Path) -> None:
    result = anonymous.sign_in()
    assert (result.code, result.out) == (0, "")
    assert EMAIL in result.err
    file = config / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o700
    [entry] = json.loads(file.read_text()).values()
    assert entry["organization"] == ORGANIZATION
    assert PASSWORD not in file.read_text()


def test_wrong_password(anonymous: Xorb, config: Path) -> None:
    result = anonymous("login", "--email", EMAIL, "--password-stdin", stdin="wrong")
    assert (result.code, result.err) == (1, "xorb: E-mail or password is wrong.\n")
    assert not (config / "credentials.json").exists()


@pytest.mark.parametrize("arguments", [(), ("--email", EMAIL), ("--password-stdin",)])
def test_without_a_terminal_nothing_is_asked(anonymous: Xorb, arguments: tuple[str, ...]) -> None:
    result = anonymous("login", *arguments)
    assert result.code == 2
    assert result.err.count("\n") == 1


def test_sign_up_creates_account_and_organization_once(anonymous: Xorb, platform: Platform) -> None:
    platform.organizations.clear()
    line = ("login", "--email", "new@example.org", "--password-stdin", "--sign-up", "--organization", "Engines")
    assert anonymous(*line, stdin=PASSWORD).code == 0
    assert anonymous(*line, stdin=PASSWORD).code == 0
    assert [one.display_name for one in platform.organizations] == ["Engines"]
    assert anonymous("targets", "list").code == 0
    assert platform.requests[-1].parent == platform.organizations[0].name


def test_sign_up_names_the_wrong_field(anonymous: Xorb) -> None:
    result = anonymous("login", "--email", "x@example.org", "--password-stdin", "--sign-up", stdin="short")
    assert result.code == 1
    assert "password: at least 12 characters" in result.err
    assert result.err.count("\n") == 1


def test_login_into_an_unknown_organization(anonymous: Xorb) -> None:
    line = ("login", "--email", EMAIL, "--password-stdin", "--organization", "Nowhere")
    result = anonymous(*line, stdin=PASSWORD)
    assert result.code == 1
    assert "'Nowhere'" in result.err


def test_whoami(xorb: Xorb) -> None:
    result = xorb("whoami", "--output", "json")
    assert json.loads(result.out)["account"]["email"] == EMAIL
    assert "owner" in xorb("whoami").out


def test_logout(xorb: Xorb, platform: Platform) -> None:
    assert xorb("logout").code == 0
    assert platform.calls == ["SignOut"]
    result = xorb("whoami")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "xorb login" in result.err
    assert xorb("logout").code == 0


def test_an_ended_access_token_is_renewed_before_the_call(anonymous: Xorb, platform: Platform) -> None:
    platform.lifetime = 10
    anonymous.sign_in()
    platform.lifetime = 600
    platform.calls.clear()
    assert anonymous("whoami").code == 0
    assert anonymous("whoami").code == 0
    assert platform.calls == ["RefreshSession", "GetCaller", "GetCaller"]


def test_a_refused_access_token_is_renewed_once(xorb: Xorb, platform: Platform) -> None:
    platform.access.clear()
    assert xorb("whoami").code == 0
    assert platform.calls == ["GetCaller", "RefreshSession", "GetCaller"]
    platform.failures["GetCaller"] = [(code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", "Sign in first.")] * 5
    result = xorb("whoami")
    assert (result.code, result.err) == (1, "xorb: Sign in first. Run `xorb login`.\n")


def test_a_session_that_has_ended_is_forgotten(xorb: Xorb, platform: Platform) -> None:
    platform.access.clear()
    platform.refresh.clear()
    for _ in range(2):
        result = xorb("whoami")
        assert result.code == 1
        assert "xorb login" in result.err
    assert platform.calls == ["GetCaller", "RefreshSession"]


def test_a_damaged_file_is_told(xorb: Xorb, config: Path) -> None:
    (config / "credentials.json").write_text("{")
    result = xorb("whoami")
    assert result.code == 1
    assert "credentials.json" in result.err


def test_organizations(xorb: Xorb, platform: Platform) -> None:
    assert xorb("organizations", "create", "Second").code == 0
    assert "Second" in xorb("organizations", "list").out
    assert xorb("organizations", "use", "analytical engines").code == 0
    xorb("targets", "list")
    assert platform.requests[-1].parent == ORGANIZATION
    assert xorb("organizations", "use", platform.organizations[1].name[-8:]).code == 0
    xorb("targets", "list")
    assert platform.requests[-1].parent == platform.organizations[1].name


def test_token_is_what_other_programs_send(xorb: Xorb, platform: Platform) -> None:
    result = xorb("token")
    assert result.code == 0
    assert result.out.strip() in platform.access


def test_token_of_nobody(anonymous: Xorb) -> None:
    result = anonymous("token")
    assert (result.code, result.out) == (1, "")
    assert "xorb login" in result.err


def test_an_organization_is_deleted_by_its_name(xorb: Xorb, platform: Platform) -> None:
    assert xorb("organizations", "create", "Second").code == 0
    for wrong in ((), ("--confirm", "second")):
        assert xorb("organizations", "delete", "Second", *wrong).code == 2
    assert "DeleteOrganization" not in platform.calls
    deleted = xorb("organizations", "delete", "Second", "--confirm", "Second")
    assert deleted.code == 0
    assert "2030-01-02" in deleted.out
    kept = xorb("organizations", "undelete", "Second")
    assert kept.code == 0
    assert "2030-01-02" not in kept.out
