"""Every list of many findings reads a bounded part of an index, whatever is asked for."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.core.findings.search import store as listing
from services.core.findings.tables import FIELDS
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.pages import Page, Pager, PageRequest
from services.mesh.testing import call_of
from tests.core.findings.test_plans import ROWS, nodes, organization, statements

__all__ = ["organization"]
_SLACK = 5
_FILTERS = (
    "",
    'severity >= "HIGH"',
    'state = "OPEN"',
    'severity >= "HIGH" AND state = "OPEN"',
    'check = "http.check-7"',
    'check = "http.check-7" AND state = "DISMISSED" AND severity = "LOW"',
    'asset = "host-3.example.com" AND cvss_score >= 7',
    'title:"99"',
    'title:"no such"',
    'NOT severity = "INFO" OR title:"7"',
    'first_seen_time < "2000-01-01T00:00:00Z"',
    'due_time < "2000-01-01T00:00:00Z" AND breached = true',
    'due_time < "2000-01-01T00:00:00Z" OR breached = true',
    'last_seen_time > "2000-01-01T00:00:00Z" AND last_seen_time < "2000-01-02T00:00:00Z"',
    "cvss_score >= 9.5",
    'tool = "nuclei"',
    'deadline = "BREACHED"',
    'resolve_time > "2000-01-01T00:00:00Z"',
    'cve:"CVE-2020-1005"',
    'cve:"CVE-2020-1005" AND state = "OPEN"',
    'cve:"CVE-1999-0000"',
    'scan = "organizations/019a0000-0000-7000-8000-000000000001/scans/019a0000-0000-7000-8000-000000000001"',
    'target = "organizations/019a0000-0000-7000-8000-000000000001/targets/019a0000-0000-7000-8000-000000000001"',
    'assignee = "organizations/019a0000-0000-7000-8000-000000000001/members/019a0000-0000-7000-8000-000000000001"',
    'import = "organizations/019a0000-0000-7000-8000-000000000001/imports/019a0000-0000-7000-8000-000000000001"',
)
_ORDERS = (
    *("", "severity", "last_seen_time desc", "first_seen_time", "cvss_score desc", "check", "asset desc", "state"),
    *("due_time", "due_time desc"),
)


async def read(database: Database, organization: UUID, request: PageRequest, query: str = "") -> tuple[Page, int]:
    """Returns a page and how many rows of the tables were looked at for it."""
    async with database.unit(call_of(organization)) as unit:
        with statements(database) as sent:
            page = await listing.page(unit, Pager("k" * 32), request, query)
        seen = 0
        for statement, parameters in sent:
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            plan = (await unit.connection.exec_driver_sql(explain, tuple(parameters))).scalar_one()
            seen += sum(map(_rows, nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])))
    return page, seen


def _rows(node: dict[str, Any]) -> int:
    """Returns how many rows a node takes from a table; any scan of a whole table is an error."""
    assert node["Node Type"] != "Seq Scan", json.dumps(node)
    if "Index" not in node["Node Type"] or node["Node Type"] == "Bitmap Index Scan":
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


@pytest.mark.parametrize("order", _ORDERS)
async def test_a_page_looks_at_some_thousands_of_findings(database: Database, organization: UUID, order: str) -> None:
    for filter_ in _FILTERS:
        page, seen = await read(database, organization, PageRequest("List", 50, filter=filter_, order_by=order))
        assert seen <= 2 * listing.STEPS + 4 * listing.FEW, (filter_, order, seen)
        if page.next_page_token:
            following = PageRequest("List", 50, page.next_page_token, filter_, order)
            _, seen = await read(database, organization, following)
            assert seen <= 2 * listing.STEPS + 4 * listing.FEW, (filter_, order, seen)


async def test_an_order_without_an_index_is_for_few_findings(database: Database, organization: UUID) -> None:
    few = PageRequest("List", 50, filter='asset = "host-3.example.com"', order_by="title, severity desc")
    page, _ = await read(database, organization, few)
    titles = [row.title for row in page.rows]
    assert titles == sorted(titles)
    assert len(titles) == 50
    for order in ("title", "severity, last_seen_time desc", "target"):
        with pytest.raises(Failure) as refused:
            await read(database, organization, PageRequest("List", 50, order_by=order))
        assert refused.value.reason is Reason.INVALID_ORDER


@pytest.mark.parametrize("query", ["29999", "title 29999", "words", "title words", "nothing", "check 7 example"])
async def test_words_are_found_by_an_index(database: Database, organization: UUID, query: str) -> None:
    page, seen = await read(database, organization, PageRequest(query, 50), query)
    assert seen <= 10 * listing.FEW, seen
    assert bool(page.rows) == (query != "nothing")


def test_filters_and_orders_are_those_of_the_contract() -> None:
    named = " ".join((*_FILTERS, *_ORDERS))
    assert {name for name in FIELDS if name not in named} == {"duplicate_of"}


@pytest.mark.parametrize("descending", [False, True])
async def test_findings_are_in_the_order_of_their_deadlines(
    database: Database, organization: UUID, descending: bool
) -> None:
    """Those without come last, or first, as PostgreSQL has it; no page leaves one out."""
    order, token, found = "due_time desc" if descending else "due_time", "", []
    for _ in range(11):
        page, seen = await read(database, organization, PageRequest("List", 1000, token, "", order))
        assert seen <= 1100
        found += [(row.due_at is None, row.due_at, row.id) for row in page.rows]
        token = page.next_page_token
    due = [(at, identifier) for absent, at, identifier in found if not absent]
    assert len({identifier for _, _, identifier in found}) == 11_000
    assert [absent for absent, _, _ in found] == ([True] * 11_000 if descending else [False] * 10_000 + [True] * 1000)
    assert due == sorted(due, reverse=descending)


async def test_findings_of_a_cve_are_found_by_its_words(database: Database, organization: UUID) -> None:
    page, seen = await read(database, organization, PageRequest("List", 50, filter='cve:"CVE-2020-1005"'))
    assert {tuple(row.cves) for row in page.rows} == {("CVE-2020-1005",)}
    assert len(page.rows) == 10
    assert seen <= 200


async def test_a_walk_goes_on_where_it_stopped(database: Database, organization: UUID) -> None:
    found, token, pages = [], "", 0
    while True:
        request = PageRequest("List", 50, token, 'title = "*999"', "last_seen_time desc")
        page, _ = await read(database, organization, request)
        found += [row.title for row in page.rows]
        token, pages = page.next_page_token, pages + 1
        if not token:
            break
    assert len(set(found)) == len(found) == ROWS // 1000
    assert pages == 1 + ROWS // listing.STEPS
