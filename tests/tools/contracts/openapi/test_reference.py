"""The page shows every operation, needs nothing from elsewhere, and runs no script but its own."""

import base64
import hashlib
import html
import re

import pytest

from tools.contracts.model import Contracts
from tools.contracts.openapi.document import document
from tools.contracts.openapi.reference import page


@pytest.fixture(scope="module")
def shown(contracts: Contracts) -> str:
    return page(document(contracts))


def test_every_operation_and_every_schema_has_its_place(shown: str, contracts: Contracts) -> None:
    made = document(contracts)
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    operations = [one["operationId"] for item in made["paths"].values() for one in item.values()]
    assert set(operations) <= set(ids)
    assert {f"schema-{name}" for name in made["components"]["schemas"]} <= set(ids)


def test_every_link_within_the_page_leads_somewhere(shown: str) -> None:
    ids = set(re.findall(r' id="([^"]+)"', shown))
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= ids


def test_nothing_is_loaded_from_elsewhere(shown: str) -> None:
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', shown)
    assert "@import" not in shown
    assert "url(" not in shown


def test_its_policy_allows_its_own_script_and_no_other(shown: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", shown, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', shown)
    assert f"script-src 'sha256-{digest}'" in html.unescape(policy)
    assert html.unescape(policy).startswith("default-src 'none'")
    assert not re.findall(r"\son[a-z]+=", shown)


def test_text_of_the_contracts_is_never_markup(contracts: Contracts) -> None:
    made = document(contracts)
    made["tags"][0]["description"] = "<script>alert(1)</script>"
    assert "<script>alert" not in page(made)
