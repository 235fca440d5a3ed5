"""docs/settings.md names every setting that there is, and no other, with the default that it has."""

import re
from collections.abc import Iterator
from dataclasses import Field, fields

import pytest

from gateway.bridge.limits import Limits
from services.mesh import settings as mesh_settings
from stack.settings import DEFAULT_PORTS, EXTERNAL_SETTINGS, load, project_root

ROOT = project_root()
ROW = re.compile(r"^\| `(XORB_[A-Z_<>]+)` \| ([^|]*) \|", re.MULTILINE)
NAME = re.compile(r"\bXORB_[A-Z]+(?:_[A-Z]+)*\b")
SOURCES = ("services", "gateway", "stack", "cli")
# Beginnings of names that are put together: of the demo target's ports, of the bridge's limits, of all rate limits.
PREFIXES = {"XORB_DEMO", "XORB_BRIDGE", "XORB_RATE_LIMIT"}


class Asked(dict[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names = set[str]()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # narrower than dict's
        self.names.add(name)
        return default


def documented() -> dict[str, str]:
    """The default of each setting, as the document has it."""
    return {name: default.strip() for name, default in ROW.findall((ROOT / "docs/settings.md").read_text("utf-8"))}


def read() -> set[str]:
    """Every setting that is read."""
    asked = Asked()
    mesh_settings.read(asked)
    load(asked)
    bridge = {f"XORB_BRIDGE_{field.name.upper()}" for field in fields(Limits)}
    return asked.names | bridge | set(EXTERNAL_SETTINGS.values()) | set(named())


def named() -> Iterator[str]:
    """Every setting that the code speaks of."""
    for folder in SOURCES:
        for file in (ROOT / folder).rglob("*.py"):
            yield from set(NAME.findall(file.read_text("utf-8"))) - PREFIXES


def fits(name: str, row: str) -> bool:
    pattern = re.compile(re.sub("<[A-Z]+>", "[A-Z_]+", row))
    return any(pattern.fullmatch(one) for one in (name, name.removesuffix("_FILE")))


def test_every_setting_is_documented() -> None:
    known = documented()
    missing = [name for name in sorted(read()) if not any(fits(name, row) for row in known)]
    assert missing == []


def test_no_setting_is_documented_that_is_gone() -> None:
    there = read()
    assert [row for row in documented() if not any(fits(name, row) for name in there)] == []


@pytest.mark.parametrize(("name", "port"), DEFAULT_PORTS.items())
def test_ports_have_their_defaults(name: str, port: int) -> None:
    assert documented()[name] == str(port)


@pytest.mark.parametrize("field", fields(Limits), ids=lambda field: field.name)
def test_limits_have_their_defaults(field: Field[float]) -> None:
    assert documented()[f"XORB_BRIDGE_{field.name.upper()}"] == str(field.default).removesuffix(".0")
