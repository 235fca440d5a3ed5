"""Findings by the hundred thousand, as an organization that has tested for a year has them, written by SQL alone.

A few hundred checks, of which few see most; few findings are grave; most are open or resolved; assets have from a
handful to thousands. Whatever the database keeps beside findings it keeps of these, too: its triggers see them.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from bench.platform import Platform
from services.core.findings.domain import Severity, State

CHECKS = 300
ASSETS = 2_000
MEMBERS = 20
_BATCH = 1000
_WRITERS = 2
_WORDS = """
    access account admin alert application archive backend balancer banner browser buffer bypass cache
    certificate cipher client cluster command component configuration connection container content cookie
    credential database default deployment directory disclosure domain download encryption endpoint exposure
    extension file firewall format framework function gateway handler header host image injection instance
    interface kernel language library listing login manager memory message method migration module network
    origin outdated package panel parameter password patch permission plugin policy port preview profile
    protocol proxy query random redirect registry release remote request resource response route runtime
    sandbox schema script secret server service session signature socket source storage stream string
    subdomain switch system template terminal thread timeout token traversal upgrade upload validation value
    vendor version virtual weakness wildcard worker workflow
"""
# How many of a hundred checks, and of a hundred findings, are so; in the order of the enums' numbers.
_SEVERITIES = {Severity.INFO: 40, Severity.LOW: 25, Severity.MEDIUM: 22, Severity.HIGH: 10, Severity.CRITICAL: 3}
_STATES = {
    State.OPEN: 45,
    State.RESOLVED: 38,
    State.TRIAGED: 6,
    State.DISMISSED: 4,
    State.IN_REMEDIATION: 4,
    State.READY_FOR_RETEST: 1,
    State.RISK_ACCEPTED: 2,
}
_SEEN_BY_A_SCAN = 60  # of a hundred; imports have seen the others
_ASSIGNED = 10
_WITH_A_CVE = 30
# Two numbers of a finding's own, without a generator: the same findings each time.
_FILL = """
    INSERT INTO findings (organization_id, id, target_id, check_id, asset, location, title, description,
        severity, remediation, reworded, cvss_vector, cvss_score, cwes, cves, reference_urls, evidence, state,
        dismissal_reason, sighting_count, scan_id, import_id, first_seen_at, last_seen_at, updated_at, revision,
        assignee_id, clock_started_at, clock_stage, due_at)
    SELECT $1::uuid, uuidv7(), md5($1::text || 'target' || asset)::uuid, ($4::text[])[rule],
        'host-' || asset || '.example.com', 'https://host-' || asset || '.example.com/' || ($7::text[])[1 + a % 100]
        || '/' || number, ($3::text[])[rule], ($5::text[])[rule], severity, 'Install the release that mends it.', '{}',
        '', CASE severity WHEN 5 THEN 9.0 WHEN 4 THEN 7.0 WHEN 3 THEN 4.0 WHEN 2 THEN 1.0 ELSE 0 END
        + CASE WHEN severity > 1 THEN (a % 10) / 10.0 ELSE 0 END, ARRAY[79 + rule % 30],
        CASE WHEN rule % 100 < $10 THEN ARRAY['CVE-' || 2010 + a % 15 || '-' || 1000 + b % 5000] ELSE '{}' END,
        '{https://www.example.com/advisory}', convert_to(repeat('HTTP/1.1 200 OK ', 20), 'UTF8'), state, '', 1 + b % 9,
        CASE WHEN by_scan THEN md5($1::text || 'scan' || number / 2000)::uuid END,
        CASE WHEN NOT by_scan THEN md5($1::text || 'import' || number / 25000)::uuid END,
        first_seen, least(now(), first_seen + b % 60 * interval '1 day'), now(), 1,
        CASE WHEN b / 100 % 100 < $9 THEN md5($1::text || 'member' || a % 20)::uuid END,
        CASE WHEN state IN (1, 2, 5) THEN first_seen END,
        CASE WHEN state IN (1, 2, 5) AND due < now() THEN 3 ELSE 0 END,
        CASE WHEN state IN (1, 2, 5) THEN due END
    FROM (
        SELECT *, ($6::int[])[rule] AS severity, first_seen + (200 - 35 * ($6::int[])[rule]) * interval '1 day' AS due
        FROM (
            SELECT number, a, b, 1 + floor(300 * power(a / 2147483648.0, 2))::int AS rule,
                1 + floor(2000 * power(b / 2147483648.0, 2))::int AS asset, ($8::int[])[1 + a / 7 % 100] AS state,
                number / 1000 % 100 < $11 AS by_scan,
                now() - ($12::float8 - number) / $12 * interval '400 days' AS first_seen
            FROM (
                SELECT number, hashint8extended(number, 1) & 2147483647 AS a,
                    hashint8extended(number, 2) & 2147483647 AS b
                FROM generate_series($2::bigint, $2::bigint + $13::bigint - 1) AS number
            ) AS numbered
        ) AS drawn
    ) AS rated
"""
_TARGETS = """
    INSERT INTO targets (organization_id, id, display_name, kind, address, excluded_addresses, verification_method,
        verification_token, verification_state, verified_at, created_at, updated_at, criticality, revision)
    SELECT $1::uuid, md5($1::text || 'target' || asset)::uuid, initcap(($3::text[])[1 + asset % 100]) || ' ' || asset,
        'host', 'host-' || asset || '.example.com', '{}', 1, 'made up', 2, now(),
        now() - asset * interval '1 hour', now(), 1 + asset % 3, 1
    FROM generate_series(1, $2::int) AS asset
"""


async def fill(platform: Platform, organization: UUID, count: int) -> None:
    """Writes an organization's findings, in batches of a thousand, and the targets that they are of."""
    numbers = asyncio.Queue[int]()
    for first in range(0, count, _BATCH):
        numbers.put_nowait(first)
    await asyncio.gather(*(_writer(platform, organization, count, numbers) for _ in range(_WRITERS)))
    async with connected(platform.environment["XORB_POSTGRES_DSN"], organization) as connection:
        await connection.execute(_TARGETS, organization, ASSETS, _WORDS.split())


@asynccontextmanager
async def without_indexes(platform: Platform) -> AsyncIterator[None]:
    """Takes the indexes of findings and their words away, which no constraint needs, and makes them anew at the end."""
    async with connected(platform.environment["XORB_POSTGRES_OWNER_DSN"]) as owner:
        statements = await owner.fetch(
            """
            SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
            WHERE indrelid IN ('findings'::regclass, 'finding_words'::regclass) AND NOT indisunique
            """
        )
        for statement in statements:
            await owner.execute(f"DROP INDEX {statement['name']}")
        yield
        await owner.execute("SET maintenance_work_mem = '512MB'")
        for statement in statements:
            await owner.execute(statement["made"])
        await owner.execute("VACUUM ANALYZE")


def member(organization: UUID, number: int) -> str:
    """Returns the name of one of the members whom findings are assigned to."""
    return f"organizations/{organization}/members/{_named(organization, 'member', number)}"


def target(organization: UUID, number: int) -> str:
    """Returns the name of a target, numbered from 1; the first has most findings."""
    return f"organizations/{organization}/targets/{_named(organization, 'target', number)}"


def scan(organization: UUID, number: int) -> str:
    """Returns the name of a scan that has seen findings, numbered from 0."""
    return f"organizations/{organization}/scans/{_named(organization, 'scan', number)}"


async def _writer(platform: Platform, organization: UUID, count: int, numbers: asyncio.Queue[int]) -> None:
    async with connected(platform.environment["XORB_POSTGRES_DSN"], organization) as connection:
        statement = await connection.prepare(_FILL)
        while not numbers.empty():
            first = numbers.get_nowait()
            size = min(_BATCH, count - first)
            await statement.fetch(
                *(organization, first, _titles(), checks(), _descriptions(), _spread(_SEVERITIES, CHECKS)),
                *(_WORDS.split(), _spread(_STATES, 100), _ASSIGNED, _WITH_A_CVE, _SEEN_BY_A_SCAN, float(count), size),
            )


@asynccontextmanager
async def connected(dsn: str, organization: UUID | None = None) -> AsyncIterator[asyncpg.Connection]:
    """Gives a connection that sees an organization's rows, and closes it at the end."""
    connection = await asyncpg.connect(
        dsn.replace("postgresql+asyncpg://", "postgresql://"),
        server_settings={"xorb.organization": str(organization)} if organization else {},
        command_timeout=None,
    )
    try:
        yield connection
    finally:
        await connection.close()


def _named(organization: UUID, kind: str, number: int) -> UUID:
    digest = hashlib.md5(f"{organization}{kind}{number}".encode(), usedforsecurity=False)
    return UUID(bytes=digest.digest())


def _titles() -> list[str]:
    return [" ".join(_words(number, 4)).capitalize() for number in range(CHECKS)]


def checks() -> list[str]:
    """Returns the checks that have seen the findings, the most frequent first."""
    return ["-".join(_words(number, 3)) for number in range(CHECKS)]


def _descriptions() -> list[str]:
    return [" ".join(_words(number + CHECKS, 30)).capitalize() + "." for number in range(CHECKS)]


def _words(number: int, count: int) -> list[str]:
    words = _WORDS.split()
    return [words[(number * 7 + place * (13 + number % 11)) % len(words)] for place in range(count)]


def _spread(shares: dict[Severity, int] | dict[State, int], count: int) -> list[int]:
    """Returns as many numbers as wanted, each as often as its share of a hundred says, well mixed."""
    hundred = [int(one) for one, share in shares.items() for _ in range(share)]
    return [hundred[place * 37 % 100] for place in range(count)]
