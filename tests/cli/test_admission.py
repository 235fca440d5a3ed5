"""Commands about who gets in: passwords, sessions, providers, programs; and about what is written down of it."""

import json
import uuid

import pytest
from xorb.core.v1 import audit_pb2
from xorb.security.v1 import connection_pb2, member_session_pb2, session_pb2

from tests.cli.admission import KEY, MEMBER, RESET_CODE
from tests.cli.conftest import Xorb
from tests.cli.platform import EMAIL, ORGANIZATION, PASSWORD, Platform

NEW = "another long passphrase"
FIRST = "operations/" + ORGANIZATION


def test_a_password_is_changed(xorb: Xorb, platform: Platform) -> None:
    line = ("account", "change-password", "--password-stdin")
    assert "isn't right" in xorb(*line, stdin=f"wrong\n{NEW}\n").err
    assert xorb(*line, stdin=f"{PASSWORD}\n{NEW}\n").code == 0
    assert platform.accounts[EMAIL] == NEW
    result = xorb(*line, stdin=NEW)
    assert (result.code, result.err) == (2, "xorb: The password is empty.\n")


def test_a_forgotten_password_is_replaced(anonymous: Xorb, platform: Platform) -> None:
    line = ("account", "reset-password", "--email", EMAIL, "--password-stdin")
    assert anonymous(*line, stdin=f"wrong\n{NEW}\n").err == "xorb: The code has ended.\n"
    result = anonymous(*line, stdin=f"{RESET_CODE}\n{NEW}\n")
    assert (result.code, platform.accounts[EMAIL]) == (0, NEW)
    assert "xorb login" in result.err
    assert anonymous(*line[:-1]).code == 2


def test_own_sessions(xorb: Xorb, platform: Platform) -> None:
    names = [f"accounts/a/sessions/{uuid.uuid4()}" for _ in range(5)]
    platform.admitted += [session_pb2.Session(name=name, current=name == names[0]) for name in names]
    listed = xorb("sessions", "list").out
    assert [name[-8:] in listed for name in names] == [True] * 5
    assert listed.count("this one") == 1
    assert names[3][-8:] in xorb("sessions", "end", names[3][-8:]).out
    assert (platform.requests[-1].name, platform.calls[-1]) == (names[3], "RevokeSession")
    assert "There is no session '00000000'" in xorb("sessions", "end", "00000000").err


def test_members_sessions(xorb: Xorb, platform: Platform) -> None:
    name = f"{MEMBER}/memberSessions/{uuid.uuid4()}"
    platform.admitted += [
        member_session_pb2.MemberSession(name=name),
        session_pb2.Session(name=f"accounts/a/sessions/{uuid.uuid4()}"),
    ]
    assert len(json.loads(xorb("sessions", "list", "-m", "bob@example.org", "--output", "json").out)) == 1
    assert xorb("sessions", "end", name[-8:], "--member", "bob@example.org").code == 0
    assert (platform.requests[-1].name, platform.calls[-1]) == (name, "RevokeMemberSession")
    assert "There is no member session '00000000'" in xorb("sessions", "end", "00000000", "-m", "bob@example.org").err


def test_a_provider_is_connected_and_its_secret_read_from_stdin(xorb: Xorb, platform: Platform) -> None:
    line = ("connections", "create", "https://id.example.com", "client", "--domain", "example.com", "--domain", "b.org")
    result = xorb(*line, "--name", "Ours", "--role", "analyst", "--secret-stdin", stdin="s3cret\n")
    assert result.code == 0
    [made] = platform.admitted
    assert (made.client_id, made.client_secret, made.default_role) == ("client", "s3cret", "analyst")
    assert (list(made.email_domains), made.vouches_for_second_factor) == (["example.com", "b.org"], False)
    assert "s3cret" not in result.out + result.err
    assert "Ours" in xorb("connections", "list").out
    assert "https://id.example.com" in xorb("connections", "show", "ours").out


def test_only_what_is_given_of_a_connection_changes(xorb: Xorb, platform: Platform) -> None:
    name = f"{ORGANIZATION}/connections/{uuid.uuid4()}"
    before = {"name": name, "issuer": "https://id.example.com", "default_role": "analyst", "email_domains": ["a.org"]}
    platform.admitted.append(connection_pb2.Connection(**before))  # type: ignore[arg-type]  # each has its field's type
    line = ("connections", "update", "https://id.example.com")
    assert xorb(*line, "--disable", "--second-factor", "--role", "", "--domain", "b.org").code == 0
    paths = {"disabled", "vouches_for_second_factor", "default_role", "email_domains"}
    assert set(platform.requests[-1].update_mask.paths) == paths
    changed = {"disabled": True, "vouches_for_second_factor": True, "default_role": "", "email_domains": ["b.org"]}
    assert platform.admitted == [connection_pb2.Connection(**before | changed)]  # type: ignore[arg-type]  # as above
    assert xorb(*line, "--enable", "--secret-stdin", stdin="\n").code == 0
    assert set(platform.requests[-1].update_mask.paths) == {"disabled", "client_secret"}
    assert xorb("connections", "delete", name[-8:], "--yes").code == 0
    assert platform.admitted == []


def test_a_key_is_printed_once_and_alone(xorb: Xorb, platform: Platform) -> None:
    assert xorb("service-accounts", "create", "Nightly import", "--description", "reads").code == 0
    line = ("api-keys", "create", "nightly import", "findings.read", "targets.read", "--name", "first", "--days", "30")
    result = xorb(*line)
    assert (result.code, result.out) == (0, f"{KEY}\n")
    assert "isn't shown again" in result.err
    made = platform.admitted[1]
    assert list(made.permissions) == ["findings.read", "targets.read"]
    listed = xorb("api-keys", "list", "nightly import").out
    assert "first" in listed
    assert KEY not in listed
    assert xorb("api-keys", "revoke", "nightly import", "first").code == 0
    assert made.HasField("revoke_time")
    assert json.loads(xorb(*line, "--output", "json").out)["key"] == KEY


def test_service_accounts_come_and_go(xorb: Xorb, platform: Platform) -> None:
    for name in ("One", "Two", "Three", "Four"):
        xorb("service-accounts", "create", name)
    assert len(json.loads(xorb("service-accounts", "list", "-o", "json").out)) == 4
    assert xorb("service-accounts", "delete", "four", "--yes").code == 0
    assert "There is no service account 'Four'." in xorb("service-accounts", "delete", "Four", "--yes").err
    assert len(platform.admitted) == 3


def test_the_trail_is_read_page_by_page(xorb: Xorb, platform: Platform) -> None:
    platform.trail += [
        audit_pb2.AuditEntry(
            name=f"{ORGANIZATION}/auditEntries/{number}",
            actor="accounts/0190b0a0-0000-7000-8000-0000deadbeef" if number else "spiffe://xorb/operator",
            outcome=audit_pb2.AUDIT_OUTCOME_DENIED,
            method="/xorb.core.v1.TargetsService/CreateTarget",
            summary=f"entry {number}\x1b[31m",
        )
        for number in range(8)
    ]
    shown = xorb("audit", "--filter", "outcome = AUDIT_OUTCOME_DENIED", "--limit", "0").out
    assert [f"entry {number}" in shown for number in range(8)] == [True] * 8
    assert "\x1b" not in shown
    assert [word in shown for word in ("denied", "deadbeef", "operator", "CreateTarget")] == [True] * 4
    assert {request.filter for request in platform.requests} == {"outcome = AUDIT_OUTCOME_DENIED"}
    assert len(json.loads(xorb("audit", "--limit", "4", "--output", "json").out)) == 4
    assert len(json.loads(xorb("audit", "--own", "--output", "json").out)) == 1
    assert platform.requests[-1].parent == "accounts/a"


def test_a_second_factor_is_required_and_not_any_more(xorb: Xorb, platform: Platform) -> None:
    assert "Second factor required  yes" in xorb("organizations", "require-second-factor").out
    assert list(platform.requests[-1].update_mask.paths) == ["second_factor_required"]
    assert "required" in xorb("organizations", "list").out
    assert "Second factor required  no" in xorb("organizations", "require-second-factor", "--off").out
    platform.failures["GetOrganization"] = [(7, "SECOND_FACTOR_REQUIRED", "You signed in without a second factor.")]
    result = xorb("organizations", "show")
    assert result.code == 1
    assert "xorb factors enroll" in result.err


@pytest.mark.parametrize(("waits", "code", "told"), [(["", "", ""], 0, ""), (["", "it broke"], 1, "it broke")])
def test_a_rotation_is_waited_for(xorb: Xorb, platform: Platform, waits: list[str], code: int, told: str) -> None:
    platform.waits = list(waits)
    result = xorb("organizations", "rotate-key")
    assert (result.code, platform.waits) == (code, [])
    assert told in result.err
    assert platform.calls == ["RotateEncryptionKey", *["WaitOperation"] * len(waits)]


def test_a_rotation_is_not_waited_for(xorb: Xorb, platform: Platform) -> None:
    assert xorb("organizations", "rotate-key", "--no-wait").out.startswith(FIRST)
    assert platform.calls == ["RotateEncryptionKey"]
