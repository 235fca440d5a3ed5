"""docs/security/threat-model.md: a page for each boundary, and everything that it names is there."""

import re

import pytest

from stack.settings import project_root
from tests.docs.asvs import functions

ROOT = project_root()
TEXT = (ROOT / "docs/security/threat-model.md").read_text("utf-8")
PAGES = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
PARTS = ("**Crosses:**", "**Attackers:**", "| | threat | what stands against it |", "**Left.**")
_TEST = re.compile(r"`([^`]+\.py)::([^`]+)`")
_ROW = re.compile(r"^\| ([STRIDE]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_there_is_a_page_for_each_boundary_of_the_picture() -> None:
    picture = (ROOT / "docs/security/trust-boundaries.svg").read_text("utf-8")
    numbers = re.findall(r'class="digit"[^>]*>(\d)<', picture)
    assert [page[0] for page in PAGES] == sorted(numbers) == list("12345678")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.partition("\n")[0])
def test_a_page_is_whole(page: str) -> None:
    assert [part for part in PARTS if part not in page] == []
    threats = _ROW.findall(page)
    assert len(threats) >= 6
    assert len(threats) == len([line for line in page.splitlines() if line.startswith("| ")]) - 2
    assert {kind for kind, _, _ in threats} >= {"S", "T", "I"}


def test_every_test_that_is_named_is_there() -> None:
    named = _TEST.findall(TEXT)
    assert len(named) > 60
    assert [f"{path}::{name}" for path, name in named if name not in functions(ROOT / path)] == []
