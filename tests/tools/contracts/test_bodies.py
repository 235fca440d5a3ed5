"""Bodies have room for all that the rules of their fields allow, and not for everything."""

import json
from typing import Any

import pytest

from tools.contracts.bodies import LARGEST, SMALLEST, Sizes
from tools.contracts.envoy import fragments
from tools.contracts.model import Binding, Contracts, Method


def method(contracts: Contracts, name: str) -> tuple[Method, Binding]:
    [found] = [each for each in contracts.methods if each.name == name]
    return found, found.bindings[0]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        # Escaped as long-winded as JSON allows: two escapes of six characters for one of the text.
        ("UpdateFinding", {"title": "\U0001f600" * 500, "description": "\U0001f600" * 20_000,
                           "remediation": "\U0001f600" * 20_000}),
        ("CreateRole", {"displayName": "x" * 100, "description": "\U0001f600" * 1000,
                        "permissions": [f"findings.{'x' * 80}"] * 500}),
        ("CreateScan", {"targets": [f"organizations/{'0' * 36}/targets/{'0' * 36}"] * 100}),
    ],
)  # fmt: skip
def test_what_the_rules_allow_has_room(contracts: Contracts, name: str, body: dict[str, Any]) -> None:
    size = Sizes(contracts).body(*method(contracts, name))
    assert len(json.dumps(body, indent=4)) < size < LARGEST


@pytest.mark.parametrize("name", ["SignIn", "GetFinding", "CancelScan", "TriageFinding"])
def test_most_methods_take_little(contracts: Contracts, name: str) -> None:
    assert Sizes(contracts).body(*method(contracts, name)) == SMALLEST


def test_only_those_that_take_more_are_named(contracts: Contracts) -> None:
    made = fragments(contracts)["bodies"]
    assert (made["bytes"], made["most"]) == (SMALLEST, LARGEST)
    sizes = [each["bytes"] for each in made["larger"]]
    assert sizes
    assert all(SMALLEST < size <= LARGEST and size.bit_count() == 1 for size in sizes)
