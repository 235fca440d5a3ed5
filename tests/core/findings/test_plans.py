"""Lists of many findings are read from an index, in order, and no further than the page."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.core.findings import store
from services.core.findings.tables import DEFAULT_ORDER, FIELDS, FINDINGS
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.pages import Page, Pager, PageRequest
from services.mesh.testing import call_of

ROWS = 30_000
_BATCH = 1000
_FILL = text(
    """
    INSERT INTO findings (organization_id, id, target_id, check_id, asset, location, title, description,
        severity, remediation, reworded, cvss_vector, cvss_score, cwes, cves, reference_urls, evidence, state,
        dismissal_reason, sighting_count, scan_id, first_seen_at, last_seen_at, updated_at, revision, due_at)
    SELECT CAST(:organization AS uuid), uuidv7(), gen_random_uuid(),
        'http.check-' || number % 40, 'host-' || number % 500 || '.example.com', 'https://example.com/' || number,
        'Title ' || number, repeat('words ', 40), number % 6, 'Mend it', '{}', '', 0, '{}',
        CASE WHEN number % 5 = 0 THEN ARRAY['CVE-2020-' || 1000 + number % 3000] ELSE '{}' END, '{}', 'raw',
        1 + number % 4, '', 1, gen_random_uuid(), now() - number * interval '1 minute',
        now() - (number * 7919 % 100000) * interval '1 second', now(), 1,
        CASE WHEN number % 3 = 0 THEN now() + (number * 7919 % 100000 - 5000) * interval '1 minute' END
    FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS number
    """
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def organization(database: Database, database_environment: dict[str, str]) -> AsyncIterator[UUID]:
    """An organization with 30,000 findings among those of the other tests."""
    organization = identifiers.new()
    async with database.unit(call_of(organization)) as unit:
        for first in range(1, ROWS, _BATCH):
            await unit.execute(_FILL, {"organization": organization, "first": first, "last": first + _BATCH - 1})
    engine = create_async_engine(database_environment["XORB_POSTGRES_OWNER_DSN"], isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM ANALYZE findings, finding_words"))
    yield organization
    await engine.dispose()


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Gives the statements that are sent, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", keep)


async def explained(database: Database, organization: UUID, request: PageRequest) -> tuple[Page, dict[str, Any]]:
    """Returns a page and the plan that it was read by."""
    async with database.unit(call_of(organization)) as unit:
        with statements(database) as sent:
            page = await Pager("k" * 32).page(
                unit, store.ALL, request, fields=FIELDS, default_order=DEFAULT_ORDER, key=FINDINGS.c.id
            )
        ((statement, parameters),) = sent
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        plan = (await unit.connection.exec_driver_sql(explain, tuple(parameters))).scalar_one()
    return page, (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


async def test_pages_in_the_usual_order_are_read_from_an_index(database: Database, organization: UUID) -> None:
    token = ""
    for _ in range(3):
        page, plan = await explained(database, organization, PageRequest("ListFindings", 50, token))
        token = page.next_page_token
        assert [node["Node Type"] for node in nodes(plan)] == ["Limit", "Index Scan"]
        scan = plan["Plans"][0]
        assert (scan["Index Name"], scan["Scan Direction"]) == ("findings_gravest", "Backward")
        assert scan["Actual Rows"] == 51
        assert scan.get("Rows Removed by Filter", 0) == 0
        assert len(page.rows) == 50
    assert "ROW" in scan["Index Cond"]


async def test_the_gravest_open_findings_are_read_in_order(database: Database, organization: UUID) -> None:
    request = PageRequest("ListFindings", 50, filter='severity >= "HIGH" AND state = "OPEN"')
    _, plan = await explained(database, organization, request)
    assert "Sort" not in {node["Node Type"] for node in nodes(plan)}
    assert plan["Plans"][0]["Index Name"] == "findings_state_gravest"


async def test_the_latest_findings_are_read_from_an_index(database: Database, organization: UUID) -> None:
    request = PageRequest("ListFindings", 50, order_by="last_seen_time desc")
    _, plan = await explained(database, organization, request)
    assert plan["Plans"][0]["Index Name"] == "findings_latest"
