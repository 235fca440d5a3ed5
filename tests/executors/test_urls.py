"""URLs as a scope reads them."""

import pytest

from services.executors.domain import OutOfScope
from services.executors.urls import parse_url

REFUSED = [
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com:80:90/",
    "http://example.com:99999/",
    "http://example.com:0/",
    "http://example.com:x/",
    "http://[::1/",
    "http://::1/",
    "http://[127.0.0.1]/",
    "http://[::1]evil.com/",
    "http://[fe80::1%25eth0]/",
    "http://exa mple.com/",
    "http://example.com/\r\nX: y",
    "http://0x7f.1/",
    "http://example.com./",
    "http:///path",
    "http:example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://example.com/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_doubtful_urls_are_refused(text: str) -> None:
    with pytest.raises(OutOfScope):
        parse_url(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("http://Example.COM", "http://example.com/"),
        ("https://example.com:443/a?b=c#d", "https://example.com/a?b=c"),
        ("http://example.com:8080/ä", "http://example.com:8080/%C3%A4"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_urls_are_normalized(text: str, normal: str) -> None:
    assert str(parse_url(text)) == normal


def test_references_are_joined() -> None:
    page = parse_url("https://example.com/a/b?c")
    assert str(page.join("../d?e=f")) == "https://example.com/d?e=f"
    assert str(page.join("//other.example/x")) == "https://other.example/x"
    with pytest.raises(OutOfScope):
        page.join("mailto:someone@example.com")
