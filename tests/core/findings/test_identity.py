"""Two sightings are one finding exactly if organization, target, check, asset and location are the same."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.identity import identity, normal_host, normal_location

UUIDS = st.sampled_from([UUID(int=1), UUID(int=2)])
WORDS = st.text("ab/:.|\"', \\", max_size=6)
HOSTS = st.one_of(
    st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,5}){1,2}", fullmatch=True),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)
PATHS = st.from_regex(r"(/[A-Za-z0-9._~-]{0,8}){0,3}(\?[a-zA-Z0-9=&]{1,8})?", fullmatch=True)


ONE, TWO = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Place:
    organization: UUID = ONE
    target: UUID = TWO
    check: str = "http.missing-hsts"
    asset: str = "example.com"
    location: str = "https://example.com/"

    @property
    def key(self) -> bytes:
        return identity(self.organization, self.target, self.check, self.asset, self.location)


def test_each_part_counts() -> None:
    places = [
        Place(),
        Place(organization=UUID(int=3)),
        Place(target=UUID(int=3)),
        Place(check="http.missing-csp"),
        Place(asset="www.example.com"),
        Place(location="https://example.com/a"),
    ]
    assert len({place.key for place in places}) == len(places)
    assert {len(place.key) for place in places} == {32}


@given(st.tuples(UUIDS, UUIDS, WORDS, WORDS, WORDS), st.tuples(UUIDS, UUIDS, WORDS, WORDS, WORDS))
def test_no_character_moves_between_parts(
    one: tuple[UUID, UUID, str, str, str], other: tuple[UUID, UUID, str, str, str]
) -> None:
    def parts(place: tuple[UUID, UUID, str, str, str]) -> tuple[object, ...]:
        return (*place[:2], place[2].strip(), normal_host(place[3]), normal_location(place[4]))

    assert (identity(*one) == identity(*other)) == (parts(one) == parts(other))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("HTTPS://Example.COM", "https://example.com/"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:80/A?B=c#top", "http://example.com/A?B=c"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com./", "https://example.com/"),
        ("https://[2001:DB8:0::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://user:secret@example.com/", "https://example.com/"),
        ("Example.com:22/TCP", "example.com:22/tcp"),
        ("203.0.113.7:22/tcp", "203.0.113.7:22/tcp"),
        ("[2001:db8::1]:22/tcp", "[2001:db8::1]:22/tcp"),
        ("Example.COM.", "example.com"),
        (" example.com ", "example.com"),
        ("https://example.com:99999/", "https://example.com:99999/"),
        ("https://[broken/", "https://[broken/"),
        ("http://", "http://"),
    ],
)
def test_a_location_has_one_form(written: str, normal: str) -> None:
    assert normal_location(written) == normal
    assert normal_location(normal) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("EXAMPLE.com.", "example.com"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("203.0.113.7", "203.0.113.7"),
    ],
)
def test_a_host_has_one_form(written: str, normal: str) -> None:
    assert normal_host(written) == normal


@given(st.sampled_from(["http", "https"]), HOSTS, PATHS, st.booleans(), st.booleans())
def test_spelling_of_scheme_host_and_port_is_nothing(
    scheme: str, host: str, path: str, shout: bool, port: bool
) -> None:
    path = path if path.startswith("/") else f"/{path}"
    default = {"http": ":80", "https": ":443"}[scheme] if port else ""
    written = f"{scheme.upper()}://{host.upper()}" if shout else f"{scheme}://{host}"
    plain = replace(Place(), location=f"{scheme}://{host}{path}")
    assert replace(plain, location=f"{written}{default}{path}#part").key == plain.key


@given(st.text(max_size=60))
def test_any_text_has_a_form(text: str) -> None:
    assert len(identity(ONE, TWO, text, text, text)) == 32
    assert "#" not in normal_location(f"http://example.com/{text}")
