"""What a million findings are asked: orders, filters, words, pages and single ones, each beside its naive statement."""

import time
from dataclasses import dataclass
from uuid import UUID

from bench import filling


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


def kinds(organization: UUID, names: list[str]) -> list[Kind]:
    """Returns what is asked of an organization, with the names of some of its findings."""
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
