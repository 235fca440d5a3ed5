"""Targets: how they come to be and change, what is left of them, and how they are proved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.targets import domain
from services.core.targets.domain import Address, Kind, Method, State, Target
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAME = Address(Kind.HOST, "example.com")
LITERAL = Address(Kind.HOST, "2606:4700::1111")
BLOCK = Address(Kind.CIDR, "203.0.113.0/28")
SITE = Address(Kind.URL, "https://example.com:8443/path")
SITE_OF_ADDRESS = Address(Kind.URL, "http://[2606:4700::1111]/")


def register(address: Address, *excluded: str, method: Method | None = None) -> Target:
    return domain.register(identifiers.new(), address, NOW, excluded=excluded, method=method)


def refused(address: Address, *excluded: str) -> Failure:
    with pytest.raises(Failure) as caught:
        register(address, *excluded)
    assert caught.value.fields[0].field == "target.excluded_addresses"
    return caught.value


def test_a_new_target_is_pending_and_called_after_its_address() -> None:
    target = register(NAME)
    assert target.display_name == "example.com"
    assert target.state is State.PENDING
    assert target.verified_at is None
    assert target.revision == 1


def test_every_target_has_a_token_of_its_own() -> None:
    tokens = {register(NAME).token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_a_change_counts_and_leaves_the_rest() -> None:
    target = register(BLOCK, "203.0.113.1")
    later = NOW + timedelta(hours=1)
    changed = domain.change(target, later, display_name="Office")
    assert changed == replace(target, display_name="Office", updated_at=later, revision=2)
    assert domain.change(changed, later, excluded=[]).excluded == ()
    assert domain.change(changed, later, display_name="").display_name == "203.0.113.0/28"


def test_verified_is_with_a_time() -> None:
    verified = domain.verify(register(NAME), NOW)
    assert (verified.state, verified.verified_at, verified.revision) == (State.VERIFIED, NOW, 2)


@pytest.mark.parametrize(
    ("address", "method", "host"),
    [
        (NAME, Method.DNS_TXT, "example.com"),
        (LITERAL, Method.WELL_KNOWN, "2606:4700::1111"),
        (BLOCK, Method.WELL_KNOWN, "203.0.113.0"),
        (SITE, Method.WELL_KNOWN, "example.com"),
        (SITE_OF_ADDRESS, Method.WELL_KNOWN, "2606:4700::1111"),
    ],
)
def test_the_way_of_proof_follows_from_the_address(address: Address, method: Method, host: str) -> None:
    assert register(address).method is method
    assert address.host == host


def test_a_name_may_be_proved_either_way() -> None:
    assert register(NAME, method=Method.WELL_KNOWN).method is Method.WELL_KNOWN
    assert register(SITE, method=Method.DNS_TXT).method is Method.DNS_TXT


@pytest.mark.parametrize("address", [LITERAL, BLOCK, SITE_OF_ADDRESS])
def test_an_address_has_no_name_for_a_record(address: Address) -> None:
    with pytest.raises(Failure, match="no DNS name") as caught:
        register(address, method=Method.DNS_TXT)
    assert caught.value.reason is Reason.INVALID_FIELD


@pytest.mark.parametrize(
    ("address", "method", "place"),
    [
        (NAME, Method.DNS_TXT, "_xorb-challenge.example.com with"),
        (SITE, Method.DNS_TXT, "_xorb-challenge.example.com with"),
        (NAME, Method.WELL_KNOWN, "https://example.com/.well-known/xorb-challenge or http://"),
        (LITERAL, None, "https://[2606:4700::1111]/.well-known/xorb-challenge or"),
        (SITE, None, "https://example.com:8443/.well-known/xorb-challenge,"),
        (BLOCK, None, "/.well-known/xorb-challenge on every address of 203.0.113.0/28"),
    ],
)
def test_instructions_name_the_place_and_the_token(address: Address, method: Method | None, place: str) -> None:
    target = register(address, method=method)
    assert place in domain.instructions(target)
    assert target.token in domain.instructions(target)


def test_only_the_token_matches() -> None:
    target = register(NAME)
    assert domain.matches(target, target.token)
    assert domain.matches(target, f" {target.token}\r\n")
    for other in ("", target.token[:-1], target.token + "x", target.token.swapcase(), "\ud800é", register(NAME).token):
        assert not domain.matches(target, other.encode("utf-8", "replace").decode())


def test_exclusions_are_canonical_and_in_order() -> None:
    target = register(NAME, "2606:4700:0::1", "203.0.113.9", " 203.0.113.0/29", "203.0.113.9/32", "10.0.0.0/8")
    assert target.excluded == ("10.0.0.0/8", "203.0.113.0/29", "203.0.113.9", "2606:4700::1")


@pytest.mark.parametrize(
    "text",
    [
        *("", "\0", "example.com", "fe80::1%e", "10.0.0.1-10.0.0.9"),
        *("10.1", "010.0.0.1", "0x0a.0.0.1"),
        *("10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/255.0.0.0", "10.0.0.0/²"),
    ],
)
def test_an_exclusion_is_an_address_or_a_block(text: str) -> None:
    failure = refused(NAME, text)
    assert failure.reason is Reason.INVALID_FIELD
    assert "neither an address nor a block" in str(failure)


@pytest.mark.parametrize(
    ("address", "text"), [(BLOCK, "203.0.113.16"), (BLOCK, "2606:4700::/64"), (LITERAL, "203.0.113.1")]
)
def test_an_exclusion_outside_the_target_is_a_mistake(address: Address, text: str) -> None:
    failure = refused(address, text)
    assert failure.reason is Reason.INVALID_FIELD
    assert "excluding it does nothing" in str(failure)


@pytest.mark.parametrize(
    ("address", "excluded"),
    [
        (BLOCK, ["203.0.113.0/28"]),
        (BLOCK, ["203.0.113.0/24"]),
        (BLOCK, ["0.0.0.0/0"]),
        (BLOCK, ["203.0.113.0/29", "203.0.113.8/29"]),
        (BLOCK, [f"203.0.113.{last}" for last in range(16)]),
        (LITERAL, ["2606:4700::1111"]),
        (SITE_OF_ADDRESS, ["2606:4700::/32"]),
        (NAME, ["0.0.0.0/0"]),
        (NAME, ["::/0"]),
        (NAME, ["0.0.0.0/1", "128.0.0.0/1"]),
    ],
)
def test_something_must_be_left(address: Address, excluded: list[str]) -> None:
    failure = refused(address, *excluded)
    assert failure.reason is Reason.FORBIDDEN_TARGET
    assert "leaves nothing" in str(failure)


@given(st.lists(st.integers(0, 15).map(lambda last: f"203.0.113.{last}"), max_size=15))
def test_exclusions_are_the_same_when_read_again(texts: list[str]) -> None:
    excluded = domain.exclusions(BLOCK, texts)
    assert domain.exclusions(BLOCK, excluded) == excluded
    assert set(excluded) == set(texts)
    assert all(isinstance(ip_network(text), IPv4Network) for text in excluded)
