"""What the layers around stored rows cost: row-level security, and the sealing of sensitive fields."""

import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from bench.backend import Backend
from bench.report import emit, latencies
from bench.tenants import Tenant, multiply
from services.core.findings import store
from services.core.findings.tables import FINDINGS
from services.mesh import calls
from services.mesh.calls import Call
from services.mesh.database import Database
from services.mesh.encryption.keyring import Keyring, Sealed
from services.mesh.encryption.wrapping import OrganizationKeys
from stack.components import postgres

READS = 2_000
ROUNDS = 5
ROWS = 20_000

Work = Callable[[], Awaitable[object]]


async def measure(platform: Backend, someone: Tenant) -> None:
    """Prints one line for each layer; of `ROWS` findings one is read by its key."""
    await multiply(platform, someone.organization, ROWS)
    await _row_level_security(platform, someone)
    await _encryption(platform, someone)


async def _row_level_security(platform: Backend, someone: Tenant) -> None:
    """Reads one row by its key, as the services' role and as one that row-level security doesn't bind."""
    bound = await asyncpg.connect(_driver(postgres.dsn(platform.settings, "xorb_app")))
    unbound = await asyncpg.connect(_driver(postgres.dsn(platform.settings, postgres.SUPERUSER)))
    finding = someone.finding.name.rpartition("/")[2]
    statement = f"SELECT * FROM {FINDINGS.name} WHERE organization_id = $1 AND id = $2"  # noqa: S608 - our own name

    async def read(driver: asyncpg.Connection) -> None:
        async with driver.transaction():
            await driver.execute(f"SELECT set_config('xorb.organization', '{someone.organization}', true)")
            assert await driver.fetchrow(statement, someone.organization, finding)

    await _compare("layer_row_level_security", lambda: read(unbound), lambda: read(bound))
    for driver in (bound, unbound):
        await driver.close()


async def _encryption(platform: Backend, someone: Tenant) -> None:
    """Reads a finding as the core process does, and leaves what is sealed as it is, or opens it."""
    environment, identifier = platform.environment, UUID(someone.finding.name.rpartition("/")[2])
    token = (platform.settings.secrets / "vault_token_core").read_text(encoding="utf-8")
    keys = Keyring(OrganizationKeys.connect(environment["XORB_VAULT_ADDRESS"], token))
    database = Database.connect(environment["XORB_POSTGRES_DSN"], keys=keys)
    calls.enter(Call("bench", organization=someone.organization))

    async def sealed() -> None:
        assert await store.read(database, identifier, _unopened)

    async def opened() -> None:
        assert await store.read(database, identifier, database.open)

    await _compare("layer_encryption", sealed, opened)
    await database.close()


async def _unopened(_sealed: Sealed) -> bytes:
    return b""


async def _compare(name: str, without: Work, with_it: Work) -> None:
    runs: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        runs[False] += await _repeat(without)
        runs[True] += await _repeat(with_it)
    emit(name, rows=ROWS, **latencies(tuple(runs[False]), tuple(runs[True])))


async def _repeat(work: Work) -> list[float]:
    latencies = []
    for _ in range(READS // ROUNDS):
        begun = time.perf_counter()
        await work()
        latencies.append(1000 * (time.perf_counter() - begun))
    return latencies


def _driver(dsn: str) -> str:
    return dsn.replace("postgresql+asyncpg://", "postgresql://")
