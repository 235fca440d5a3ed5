"""One place has one normal form, whichever tool names it; two places have two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.formats.kernel.locations import (
    Code,
    Endpoint,
    Image,
    Location,
    Package,
    Resource,
    Web,
    place,
)

SAME: list[tuple[Location, Location]] = [
    (Web("https://Example.com:443/a?b=1&c=2#x", "GET"), Web("https://example.com/a?c=9&b=", "POST")),
    (Endpoint("EXAMPLE.com.", 443, "TCP"), Endpoint("example.com", 443)),
    (Endpoint("2001:DB8:0::1", 80), Endpoint("[2001:db8::1]", 80)),
    (Code("./src\\a.py", 3), Code("src/a.py", 9)),
    (Code("file:///src/a%20b.py"), Code("src/a b.py")),
    (Package("Zope.Interface", "1", "pypi"), Package("", purl="pkg:pypi/zope-interface@2.0?x=y#z")),
    (Package("org.x:y", "1", "maven"), Package("y", "2", purl="pkg:maven/org.x/y@2")),
    (Package("@a/b", "1", "npm"), Package("", purl="pkg:npm/%40a/b@3")),
    (Package("org.x:y", "1", "jar"), Package("org.x:y", "1", "maven")),
    (Package("x", "1", "go-module"), Package("x", purl="pkg:golang/x@v1")),
    (Image("r/n:1@sha256:aa", "sha256:aa"), Image("r/n:1")),
]
DIFFERENT: list[tuple[Location, Location]] = [
    (Web("https://example.com/a"), Web("https://example.com/A")),
    (Web("https://example.com/a"), Web("http://example.com/a")),
    (Web("https://example.com/a?b=1"), Web("https://example.com/a?c=1")),
    (Endpoint("h", 53, "tcp"), Endpoint("h", 53, "udp")),
    (Endpoint("h", 53), Endpoint("h")),
    (Code("a.py", symbol="f"), Code("a.py", symbol="g")),
    (Package("a", ecosystem="npm"), Package("a", ecosystem="pypi")),
    (Image("n:1"), Image("n:2")),
    (Resource("x", "aws", "1"), Resource("x", "aws", "2")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one: Location, other: Location) -> None:
    assert one.normal == other.normal


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: Location, other: Location) -> None:
    assert one.normal != other.normal


def test_assets() -> None:
    locations: list[Location] = [
        Web("https://E.com/a"),
        Endpoint("H", 1),
        Code("a", repository="r"),
        Package("a", path="p"),
        Image("i@sha256:a"),
    ]
    assert [one.asset for one in locations] == ["e.com", "h", "r", "p", "i"]
    assert Resource("arn", "aws", "123").asset == "aws/123"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a/b", Web("https://a/b")),
        ("a:443", Endpoint("a", 443)),
        ("[::1]:443", Endpoint("[::1]", 443)),
        ("::1", Endpoint("::1")),
        ("a", Endpoint("a")),
        ("a:99999", Endpoint("a:99999")),
    ],
)
def test_places(text: str, expected: Location) -> None:
    assert place(text) == expected


@given(st.text(max_size=40))
def test_any_text_has_a_normal_form(text: str) -> None:
    purl = Package(text, purl=f"pkg:{text}")
    locations: list[Location] = [place(text), Web(text), Code(text), purl, Image(text), Resource(text)]
    for location in locations:
        assert isinstance(location.normal, str)
        assert isinstance(location.asset, str)
