"""The edge's descriptors in our terms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.ratelimit.demands import DemandError, demand
from gateway.ratelimit.limits import Limits
from gateway.ratelimit.protocol import (
    Descriptor,
    RateLimitRequest,
    RateLimitResponse,
    parse,
    request_bytes,
    response_of,
    serialize,
)
from tests.gateway.ratelimit.buckets import request, wanted

ROUTES = Path(__file__).parents[3] / "gen" / "envoy" / "routes.yaml"


def generated() -> Iterator[dict[str, Any]]:
    """Every rate limit of every route that derives from the contracts."""
    routes = yaml.safe_load(ROUTES.read_text())
    for route in [*routes["routes"], *routes["websocket_routes"]]:
        yield from route.get("route", {}).get("rate_limits", [])


def entry(action: dict[str, Any]) -> tuple[str, str]:
    """What the edge makes of an action."""
    match action:
        case {"generic_key": key}:
            return key["descriptor_key"], key["descriptor_value"]
        case {"metadata": metadata}:
            return metadata["descriptor_key"], "someone"
    assert action == {"remote_address": {}}
    return "remote_address", "192.0.2.1"


def test_every_route_of_the_contracts_is_understood() -> None:
    stages = {}
    for limit in generated():
        asked = RateLimitRequest("xorb", (Descriptor(tuple(map(entry, limit["actions"])), 1),))
        made = demand(asked, Limits())
        assert len(made.draws) == 1
        stages[made.draws[0].kind[0]] = (limit.get("stage", 0), made.fails_closed)
    # Where the service fails closed, so does the edge without the service.
    assert stages == {"SIGN_IN": (1, True)} | dict.fromkeys(("READ", "WRITE", "STREAM", "HEAVY"), (0, False))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_ipv6_subscriber_is_one(address: str, counted: str) -> None:
    assert wanted(Limits(), "SIGN_IN", remote_address=address).draws[0].bucket == f"SIGN_IN:address:{counted}"


@pytest.mark.parametrize(
    "descriptors",
    [
        ((),),
        ((("class", "READ"),),),
        ((("user", "someone"),),),
        ((("class", "NONE"), ("user", "someone")),),
        ((("class", "READ"), ("planet", "earth")),),
        ((("class", "READ"), ("user", "someone"), ("organization", "theirs")),),
    ],
)
def test_what_no_limit_is_for_is_refused(descriptors: tuple[tuple[tuple[str, str], ...], ...]) -> None:
    with pytest.raises(DemandError):
        demand(RateLimitRequest("xorb", tuple(Descriptor(one, 1) for one in descriptors)), Limits())


def test_another_domain_is_not_ours() -> None:
    with pytest.raises(DemandError):
        demand(RateLimitRequest("other", request("READ", user="someone").descriptors), Limits())


def test_messages_are_as_the_edge_writes_and_reads_them() -> None:
    asked = request("READ", user="someone", organization="theirs", cost=3)
    assert parse(request_bytes(asked)) == asked
    # Field by field: domain = 1, descriptors = 2 {entries = 1 {key = 1, value = 2}}, hits_addend = 3.
    raw = b"\x0a\x04xorb\x12\x0c\x0a\x0a\x0a\x05class\x12\x01R\x18\x07"
    assert parse(raw) == RateLimitRequest("xorb", (Descriptor((("class", "R"),), 7),))
    response = RateLimitResponse((True, False), (("retry-after", "1"),))
    assert response_of(serialize(response)) == response
    # overall_code = 1, statuses = 2 {code = 1}, response_headers_to_add = 3 {key = 1, value = 2}.
    assert serialize(response) == b"\x08\x02\x12\x02\x08\x01\x12\x02\x08\x02\x1a\x10\x0a\x0bretry-after\x12\x011"
    assert serialize(RateLimitResponse([])) == b"\x08\x01"


def test_what_other_filters_are_told_has_a_kind_always() -> None:
    told = RateLimitResponse((False,), (), {"empty": "user", "full": 0})
    assert response_of(serialize(told)) == told
    # dynamic_metadata = 6, a google.protobuf.Struct: fields = 1 {key = 1, value = 2 {number_value = 2}}.
    # A value without a kind would end Envoy's process.
    only = serialize(RateLimitResponse((), (), {"full": 0}))
    assert only == b"\x08\x01\x32\x13\x0a\x11\x0a\x04full\x12\x09\x11" + bytes(8)
