"""What is kept of secrets that tools found."""

from pathlib import Path

import pytest

from services.core.findings.formats.kernel import redaction
from tests.core.findings.formats.files import entries, ours

SECRETS = (
    "AKIAXORBSAMPLE000000",
    "tok-3f9a77c1d2",
    "tok-00aa11bb22",
    "correct horse",
    "correct-horse",
    "wJalrXUtnFEMI",
    "pw-of-jane",
    "1234'",
    "25910f981e85ca04baf359199dd0bd4a3ae738b6",
    "3d9e7c21aa02f3c5a1e57a1f4cbd9bb8ec9f9d2a",
)
"""What samples hold as found secrets, or as digests that they can be guessed from."""


@pytest.mark.parametrize(
    ("secret", "hint"),
    [
        ("AKIAXORBSAMPLE000000", "AKIA… (20 characters)"),
        ("eleven char", "el… (11 characters)"),
        ("pin", "… (3 characters)"),
        (" ", ""),
    ],
)
def test_a_hint_shows_a_quarter_at_most(secret: str, hint: str) -> None:
    assert redaction.hint(secret) == hint


def test_a_mark_tells_secrets_apart_and_is_the_same_for_a_digest() -> None:
    mark = redaction.mark("password")
    assert mark == redaction.mark("", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8") == "secret-5ba"
    assert mark == redaction.mark("password\n")
    assert mark != redaction.mark("passwort")
    assert redaction.mark("\ud800").startswith("secret-")


def test_urls_are_kept_without_those_who_may_enter() -> None:
    assert (
        redaction.anonymous("see https://jane:pw@git.example/a@b, ssh://git@x")
        == "see https://git.example/a@b, ssh://x"
    )
    assert redaction.anonymous("mail@shop.example") == "mail@shop.example"


def test_code_is_kept_where_it_is_no_secret() -> None:
    assert redaction.code("a = 1", (89,)) == redaction.code("a = 1", ()) == "a = 1"
    assert redaction.code("password = 'x'", (89, 798)) == ""


@pytest.mark.parametrize("path", ours(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_that_a_sample_holds_as_a_secret_is_kept(path: Path) -> None:
    read = repr(entries(path))
    assert [secret for secret in SECRETS if secret in read] == []
