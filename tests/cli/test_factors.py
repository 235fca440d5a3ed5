"""Second factors from the command line."""

from collections.abc import Callable

import pytest
from xorb.security.v1 import passkey_pb2

from tests.cli.conftest import Xorb
from tests.cli.factors import CODE, RECOVERY, SECRET
from tests.cli.platform import EMAIL, PASSWORD, Platform

LOGIN = ("login", "--email", EMAIL, "--password-stdin")
Give = Callable[[str], tuple[tuple[str, ...], str]]


def test_an_app_is_enrolled(xorb: Xorb, platform: Platform) -> None:
    result = xorb("factors", "enroll", "--password-stdin", stdin=f"{PASSWORD}\n{CODE}\n")
    assert result.code == 0
    assert "JBSW Y3DP EHPK 3PXP" in result.out
    assert f"\notpauth://totp/XORB:ada?secret={SECRET}&issuer=XORB\n" in result.out
    assert result.out.endswith(f"\n{RECOVERY}\n")
    assert platform.calls == ["GetCaller", "EnrollTotp", "ConfirmTotp"]


def test_an_app_is_confirmed_later(xorb: Xorb, platform: Platform) -> None:
    result = xorb("factors", "enroll", "--password-stdin", stdin=PASSWORD)
    assert (result.code, platform.codes) == (0, set())
    assert "xorb factors confirm" in result.err
    assert "code: wrong" in xorb("factors", "confirm", "000000").err
    assert RECOVERY in xorb("factors", "confirm", CODE).out


def _option(code: str) -> tuple[tuple[str, ...], str]:
    return ("--code", code), PASSWORD


def _stdin(code: str) -> tuple[tuple[str, ...], str]:
    return (), f"{PASSWORD}\n{code}\n"


@pytest.mark.parametrize("give", [_option, _stdin])
@pytest.mark.parametrize("code", [CODE, RECOVERY])
def test_login_gives_the_second_factor(anonymous: Xorb, platform: Platform, give: Give, code: str) -> None:
    platform.codes = {CODE, RECOVERY}
    options, stdin = give(code)
    assert anonymous(*LOGIN, *options, stdin=stdin).code == 0
    assert platform.requests[1].WhichOneof("answer") == ("totp_code" if code == CODE else "recovery_code")
    assert anonymous("whoami").code == 0


@pytest.mark.parametrize(("stdin", "told"), [(PASSWORD, "is needed"), (f"{PASSWORD}\n999999\n", "That is wrong.")])
def test_login_without_the_second_factor_keeps_no_session(
    anonymous: Xorb, platform: Platform, stdin: str, told: str
) -> None:
    platform.codes = {CODE}
    result = anonymous(*LOGIN, stdin=stdin)
    assert result.code != 0
    assert told in result.err
    assert "aren't signed in" in anonymous("whoami").err


def test_a_passkey_needs_a_browser(anonymous: Xorb, platform: Platform) -> None:
    platform.passkeys = [passkey_pb2.Passkey(name="accounts/a/passkeys/p")]
    assert "browser" in anonymous(*LOGIN, stdin=PASSWORD).err


def test_an_app_is_removed(xorb: Xorb, platform: Platform) -> None:
    platform.codes = {CODE}
    assert "still you" in xorb("factors", "remove", "--password-stdin", stdin="wrong").err
    assert xorb("factors", "remove", "--password-stdin", stdin=PASSWORD).code == 0
    assert platform.codes == set()


def test_what_there_is_is_shown(xorb: Xorb) -> None:
    assert "7" in xorb("factors", "show").out
    assert xorb("factors", "recovery-codes", "--password-stdin", stdin=PASSWORD).out == f"{RECOVERY}\n"


def test_passkeys_are_renamed_and_removed(xorb: Xorb, platform: Platform) -> None:
    platform.passkeys = [passkey_pb2.Passkey(name="accounts/a/passkeys/p", display_name="Laptop")]
    assert "Laptop" in xorb("factors", "passkeys", "list").out
    assert "Desk" in xorb("factors", "passkeys", "rename", "laptop", "Desk").out
    assert xorb("factors", "passkeys", "remove", "Desk", "--password-stdin", stdin=PASSWORD).code == 0
    assert platform.passkeys == []
