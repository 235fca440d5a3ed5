"""Header values judged."""

import pytest

from services.executors.engines.http.policy import lets_scripts_in, names_version, short_lived


@pytest.mark.parametrize(
    ("value", "weak"),
    [
        ("max-age=31536000; includeSubDomains", False),
        ('max-age="31536000"', False),
        ("MAX-AGE = 15552000", False),
        ("max-age=15551999", True),
        ("max-age=0", True),
        ("includeSubDomains", True),
        ("max-age=" + "9" * 5000, False),
    ],
)
def test_short_lived(value: str, weak: bool) -> None:
    assert short_lived(value) is weak


@pytest.mark.parametrize(
    ("value", "weak"),
    [
        ("default-src 'self'", False),
        ("default-src *; script-src 'self'", False),
        ("script-src 'self' 'unsafe-inline'", True),
        ("script-src 'nonce-abc' 'unsafe-inline'", False),
        ("script-src 'strict-dynamic' https: 'unsafe-inline'", False),
        ("default-src https:", True),
        ("script-src *", True),
        ("img-src 'self'", True),
        ("frame-ancestors 'none'", True),
        ("", True),
        ("script-src 'none'; script-src *", False),
    ],
)
def test_lets_scripts_in(value: str, weak: bool) -> None:
    assert lets_scripts_in(value) is weak


@pytest.mark.parametrize(
    ("value", "told"), [("Apache/2.4.49", True), ("nginx", False), ("a/v2", True), ("Foo/Bar", False)]
)
def test_names_version(value: str, told: bool) -> None:
    assert names_version(value) is told
