"""Which target an asset is."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.core.imports.matching import Registered
from services.core.targets.domain import Address, Kind, Method, State, Target

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_ADDRESSES = (
    (Kind.HOST, "shop.example"),
    (Kind.URL, "https://shop.example/admin"),
    (Kind.URL, "https://portal.example/"),
    (Kind.CIDR, "198.51.100.0/24"),
    (Kind.CIDR, "198.51.100.16/28"),
    (Kind.HOST, "198.51.100.20"),
    (Kind.HOST, "2001:db8::1"),
)


def _target(number: int, kind: Kind, text: str) -> Target:
    return Target(UUID(int=number), text, Address(kind, text), (), Method.DNS_TXT, "", State.VERIFIED, None, _NOW, _NOW)


REGISTERED = Registered([_target(number, *address) for number, address in enumerate(_ADDRESSES)])


@pytest.mark.parametrize(
    ("asset", "number"),
    [
        ("shop.example", 0),
        ("SHOP.example.", 0),
        ("portal.example", 2),
        ("198.51.100.20", 5),
        ("198.51.100.17", 4),
        ("198.51.100.200", 3),
        ("[2001:DB8::0001]", 6),
        ("www.shop.example", None),
        ("203.0.113.1", None),
        ("shop/backend", None),
        ("", None),
    ],
)
def test_the_closest_one_is_found(asset: str, number: int | None) -> None:
    assert REGISTERED.find(asset) == (None if number is None else UUID(int=number))


def test_where_there_are_none_there_is_none() -> None:
    assert Registered([]).find("shop.example") is None
