"""Lists and searches of a million findings of one organization among ten, through the whole chain.

Each kind of question is asked some hundred times, with other words, filters and pages each time, by clients that keep
their connections. What is compared: the statement that one would write first, with OFFSET and without any search index,
asked of PostgreSQL alone in the same run.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import UUID

import asyncpg

from bench import filling, load
from bench.backend import Backend, backend
from bench.load import Load, percentile
from bench.members import access_tokens
from bench.report import emit
from bench.usage import processor_seconds
from services.mesh import identifiers

FINDINGS = 1_000_000
OTHERS = 9
OF_OTHERS = 10_000
CLIENTS = 4
REQUESTS = 400
PAGE = 50
_PAGES = 20
_NAIVE = 5
_NAIVE_TIMEOUT = 20_000  # ms
_NAIVE_PATIENCE = 1000  # ms; what is slower is asked once


@dataclass(frozen=True)
class Kind:
    """A kind of question.

    Attributes:
        name: What it is called in the figures.
        questions: What is asked, in turn: the parameters of the request.
        naive: The condition and the order that one would write first, for the first question.
    """

    name: str
    questions: tuple[dict[str, str], ...]
    naive: tuple[str, str] = ("TRUE", "severity DESC, last_seen_at DESC")


async def main(count: int = FINDINGS) -> None:
    """Fills the database and asks each kind of question."""
    organization = identifiers.new()
    async with backend() as platform:
        begun = time.perf_counter()
        async with filling.without_indexes(platform):
            await filling.fill(platform, organization, count)
            for _ in range(OTHERS):
                await filling.fill(platform, identifiers.new(), OF_OTHERS)
        emit("million_filled", findings=count, seconds=time.perf_counter() - begun)
        await measure(platform, organization, count)


async def measure(platform: Backend, organization: UUID, count: int, only: str = "") -> None:
    """Asks each kind of question, or those whose names have a word in them, and prints a line for each."""
    [token] = await access_tokens(platform, organization, 1)
    async with platform.core() as core:
        pids = platform.on_the_way(core)
        await load.ready(platform.gateway, _path(organization, {}), token)
        asked = _Asked(platform, organization, token)
        for kind in _kinds(organization, await asked.names()):
            if only in kind.name:
                await _measured(asked, kind, pids, count)


async def _measured(asked: "_Asked", kind: Kind, pids: dict[str, int], count: int) -> None:
    paths = [_path(asked.organization, question) for question in kind.questions]
    if kind.name.startswith("page "):
        paths = await asked.pages(kind.questions[0])
    paths = list(islice(cycle(paths), REQUESTS))
    await load.each(asked.platform.gateway, paths[:40], asked.token, connections=CLIENTS)
    before = processor_seconds(pids)
    run = await load.each(asked.platform.gateway, paths, asked.token, connections=CLIENTS)
    after = processor_seconds(pids)
    spent = {name: 1000 * (after[name] - before[name]) / run.requests for name in after}
    naive = await asked.naive(kind)
    _report(kind, run, spent, naive, count)


def _report(kind: Kind, run: Load, spent: dict[str, float], naive: tuple[float, ...], count: int) -> None:
    emit(
        "million",
        asked=kind.name,
        p50_ms=run.percentile(0.5),
        p99_ms=run.percentile(0.99),
        requests=run.requests,
        failures=run.failures,
        clients=CLIENTS,
        processor_ms_each=sum(spent.values()),
        postgres_ms_each=spent["postgres"],
        core_ms_each=spent["core"],
        naive_sql_p50_ms=percentile(naive, 0.5),
        naive_ratio=percentile(naive, 0.5) / run.percentile(0.5),
        findings=count,
    )


@dataclass(frozen=True)
class _Asked:
    platform: Backend
    organization: UUID
    token: str

    async def names(self) -> list[str]:
        """Returns the names of some findings."""
        return [finding["name"] for finding in (await self._page({"pageSize": "300"}))["findings"]]

    async def pages(self, question: dict[str, str]) -> list[str]:
        """Returns the paths of the second page of a list and of those that follow."""
        paths, token = [], ""
        for _ in range(_PAGES):
            answer = await self._page({**question, "pageToken": token} if token else question)
            token = answer.get("nextPageToken", "")
            if not token:
                break
            paths.append(_path(self.organization, {**question, "pageToken": token}))
        return paths

    async def naive(self, kind: Kind) -> tuple[float, ...]:
        """Returns how long the statement that one would write first takes, in ms."""
        dsn = self.platform.environment["XORB_POSTGRES_DSN"].replace("postgresql+asyncpg://", "postgresql://")
        connection = await asyncpg.connect(
            dsn,
            server_settings={
                "xorb.organization": str(self.organization),
                "statement_timeout": str(_NAIVE_TIMEOUT),
            },
        )
        condition, order = kind.naive
        offset = PAGE * (_PAGES // 2) if kind.name.startswith("page ") else 0
        statement = f"SELECT * FROM findings WHERE {condition} ORDER BY {order} LIMIT {PAGE} OFFSET {offset}"  # noqa: S608 - constants
        try:
            first = await _timed(connection, statement)
            again = range(_NAIVE) if first < _NAIVE_PATIENCE else ()
            return tuple([await _timed(connection, statement) for _ in again]) or (first,)
        finally:
            await connection.close()

    async def _page(self, question: dict[str, str]) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.platform.gateway}{_path(self.organization, question)}"
        request = Request(url, headers={"Authorization": f"Bearer {self.token}"})
        answer = await asyncio.to_thread(lambda: urlopen(request, timeout=60).read())  # noqa: S310 - our own
        page: dict[str, Any] = json.loads(answer)
        return page


async def _timed(connection: asyncpg.Connection, statement: str) -> float:
    begun = time.perf_counter()
    try:
        await connection.fetch(statement)
    except asyncpg.QueryCanceledError:
        return float(_NAIVE_TIMEOUT)
    return 1000 * (time.perf_counter() - begun)


def _path(organization: UUID, question: dict[str, str]) -> str:
    if "name" in question:
        return f"/v1/{question['name']}"
    parameters = urlencode({"pageSize": str(PAGE), **question})
    return f"/v1/organizations/{organization}/findings?{parameters}"


def _kinds(organization: UUID, names: list[str]) -> list[Kind]:
    return [*_orders(), *_filters(organization), *_words(), *_pages(), _single(names)]


def _single(names: list[str]) -> Kind:
    identifier = names[0].rpartition("/")[2]
    return Kind("get", tuple({"name": name} for name in names), (f"id = '{identifier}'", "id"))


def _orders() -> list[Kind]:
    columns = {
        "severity": "severity, last_seen_at",
        "last_seen_time": "last_seen_at",
        "first_seen_time": "first_seen_at",
        "cvss_score": "cvss_score, last_seen_at",
        "check": "check_id, severity, last_seen_at",
        "asset": "asset, severity, last_seen_at",
        "state": "state, severity, last_seen_at",
        "due_time": "due_at",
    }
    lists = [Kind("list", ({},))]
    for name, naive in columns.items():
        lists.append(Kind(f"order {name}", ({"orderBy": name},), ("TRUE", naive)))
        lists.append(
            Kind(f"order {name} desc", ({"orderBy": f"{name} desc"},), ("TRUE", naive.replace(",", " DESC,") + " DESC"))
        )
    return lists


def _filters(organization: UUID) -> list[Kind]:
    member = filling.member(organization, 3)
    target = filling.target(organization, 30)
    high = "severity >= 4 AND state = 1"
    return [
        _filtered("severity", ["severity = HIGH", "severity >= HIGH", "severity = LOW"], "severity = 4"),
        _filtered("state", ["state = OPEN", "state = TRIAGED", "state = READY_FOR_RETEST"], "state = 1"),
        _filtered("severity and state", ["severity >= HIGH AND state = OPEN"], high),
        _filtered("not state", ["NOT state = RESOLVED"], "state <> 3"),
        _filtered("any of states", ["state = OPEN OR state = TRIAGED"], "state IN (1, 2)"),
        _filtered(
            "assignee",
            [f'assignee = "{filling.member(organization, n)}"' for n in range(20)],
            f"assignee_id = '{member[-36:]}'",
        ),
        _filtered(
            "assignee and state",
            [f'assignee = "{member}" AND state = OPEN'],
            f"assignee_id = '{member[-36:]}' AND state = 1",
        ),
        _filtered(
            "target",
            [f'target = "{filling.target(organization, n)}"' for n in range(1, 2000, 13)],
            f"target_id = '{target[-36:]}'",
        ),
        _filtered(
            "target and severity",
            [f'target = "{filling.target(organization, n)}" AND severity >= HIGH' for n in range(1, 2000, 13)],
            f"target_id = '{target[-36:]}' AND severity >= 4",
        ),
        _filtered(
            "scan",
            [f'scan = "{filling.scan(organization, n)}"' for n in range(100)],
            f"scan_id = '{filling.scan(organization, 3)[-36:]}'",
        ),
        _filtered(
            "asset", [f'asset = "host-{n}.example.com"' for n in range(1, 2000, 13)], "asset = 'host-14.example.com'"
        ),
        _filtered(
            "asset and state",
            [f'asset = "host-{n}.example.com" AND state = OPEN' for n in range(1, 2000, 13)],
            "asset = 'host-14.example.com' AND state = 1",
        ),
        _filtered("asset beginning", [f'asset = "host-{n}*"' for n in range(1, 200, 13)], "asset LIKE 'host-14%'"),
        _filtered(
            "check", [f'check = "{check}"' for check in filling.checks()[::7]], f"check_id = '{filling.checks()[7]}'"
        ),
        _filtered("title", [f'title:"{word}"' for word in ("cipher", "cookie", "token")], "title ILIKE '%cipher%'"),
        _filtered("title in none", ['title:"no such title"'], "title ILIKE '%no such title%'"),
        _filtered("score", ["cvss_score >= 9.5", "cvss_score >= 7.5 AND cvss_score < 8"], "cvss_score >= 9.5"),
        _filtered("seen lately", [f'last_seen_time > "{_days_ago(2)}"'], "last_seen_at > now() - interval '2 days'"),
        _filtered(
            "seen long ago", [f'first_seen_time < "{_days_ago(390)}"'], "first_seen_at < now() - interval '390 days'"
        ),
        _filtered(
            "seen between",
            [f'first_seen_time > "{_days_ago(200)}" AND first_seen_time < "{_days_ago(190)}"'],
            "first_seen_at BETWEEN now() - interval '200 days' AND now() - interval '190 days'",
        ),
        _filtered("breached", ["breached = true"], "breached"),
        _filtered(
            "breached and grave", ["breached = true AND severity >= HIGH AND state = OPEN"], f"breached AND {high}"
        ),
        _filtered(
            "due soon",
            [f'due_time < "{_days_ago(-3)}" AND breached = false'],
            "due_at < now() + interval '3 days' AND NOT breached",
        ),
        _filtered(
            "cve", [f'cve:"CVE-{2010 + n % 15}-{1000 + n}"' for n in range(0, 3000, 17)], "'CVE-2010-1000' = ANY(cves)"
        ),
    ]


def _words() -> list[Kind]:
    match = "to_tsvector('simple', title || ' ' || description || ' ' || location) @@ plainto_tsquery('simple', '{}')"
    newest = "id DESC"
    return [
        Kind(
            "word rare", tuple({"query": str(500_017 + 331 * n)} for n in range(100)), (match.format("500017"), newest)
        ),
        Kind(
            "word common",
            tuple({"query": word} for word in ("cookie", "token", "com")),
            (match.format("cookie"), newest),
        ),
        Kind("word in all", ({"query": "example"},), (match.format("example"), newest)),
        Kind(
            "words two",
            tuple({"query": words} for words in ("cookie token", "cipher session", "host 77")),
            (match.format("cookie token"), newest),
        ),
        Kind("words three", ({"query": "cookie cipher secret"},), (match.format("cookie cipher secret"), newest)),
        Kind(
            "words rare and common",
            tuple({"query": f"example {400_000 + n}"} for n in range(100)),
            (match.format("example 400000"), newest),
        ),
        Kind("word in none", ({"query": "nosuchword"},), (match.format("nosuchword"), newest)),
        Kind(
            "word and filter",
            ({"query": "cookie", "filter": "severity >= HIGH AND state = OPEN"},),
            (match.format("cookie") + " AND severity >= 4 AND state = 1", newest),
        ),
        Kind(
            "word and rare filter",
            ({"query": "cookie", "filter": "state = READY_FOR_RETEST AND severity = CRITICAL"},),
            (match.format("cookie") + " AND state = 6 AND severity = 5", newest),
        ),
        Kind(
            "word and asset",
            ({"query": "cookie", "filter": 'asset = "host-77.example.com"'},),
            (match.format("cookie") + " AND asset = 'host-77.example.com'", newest),
        ),
        Kind(
            "word and order",
            tuple({"query": f"{word}", "orderBy": "severity desc"} for word in ("500017", "host 1999")),
            (match.format("500017"), "severity DESC"),
        ),
        Kind(
            "cve in words",
            tuple({"query": f"CVE-{2010 + n % 15}-{1000 + n}"} for n in range(0, 3000, 17)),
            (match.format("CVE-2010-1000"), newest),
        ),
    ]


def _pages() -> list[Kind]:
    return [
        Kind("page 2 to 21", ({},)),
        Kind(
            "page 2 to 21 of open and grave",
            ({"filter": "severity >= HIGH AND state = OPEN"},),
            ("severity >= 4 AND state = 1", "severity DESC, last_seen_at DESC"),
        ),
        Kind("page 2 to 21 by due time", ({"orderBy": "due_time"},), ("TRUE", "due_at")),
        Kind("page 2 to 21 of a word", ({"query": "cookie"},), ("title ILIKE '%cookie%'", "id DESC")),
        Kind(
            "page 2 to 21 of a title",
            ({"filter": 'title:"cookie"'},),
            ("title ILIKE '%cookie%'", "severity DESC, last_seen_at DESC"),
        ),
    ]


def _filtered(name: str, filters: list[str], naive: str) -> Kind:
    return Kind(
        f"filter {name}", tuple({"filter": one} for one in filters), (naive, "severity DESC, last_seen_at DESC")
    )


def _days_ago(days: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86_400))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else FINDINGS))
