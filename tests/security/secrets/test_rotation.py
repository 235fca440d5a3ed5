"""A key is rotated while everybody reads and writes, whatever dies; in the end nothing is left of the old one."""

import asyncio
import logging
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from temporalio.client import Client

from services.core.findings import recording, store
from services.core.findings.domain import Finding
from services.core.findings.tables import FINDINGS, SIGHTINGS
from services.mesh import calls, identifiers, tasks
from services.mesh.database import Database
from services.mesh.encryption.keyring import DATA_KEYS
from services.mesh.errors import Failure
from services.mesh.temporal import TASK_QUEUE
from services.mesh.testing import call_of
from services.roles.sealed import SEALED
from services.security.secrets.orders import RotationOrder
from services.security.secrets.store import remaining
from services.security.secrets.workflows import NAME
from stack.settings import project_root
from tests.core.findings.samples import report
from tests.mesh.encryption.keys import keyring, organization_keys
from tests.mesh.events.harness import eventually

_LOG = logging.getLogger(__name__)
REQUESTS = int(os.environ.get("XORB_ROTATION_REQUESTS", "2000"))
ROWS, CALLERS, PACE = 800, 2, 0.005


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_environment: dict[str, str]) -> AsyncIterator[Database]:
    """The database as a service has it, except that it hardly remembers data keys."""
    opened = Database.connect(database_environment["XORB_POSTGRES_DSN"], keys=keyring(database_environment, 0.2))
    yield opened
    await opened.close()


@asynccontextmanager
async def worker(environment: Mapping[str, str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """An orchestrator of its own, which may be killed."""
    token = f"{environment['XORB_HOME']}/secrets/vault_token_orchestrator"
    own = {"XORB_RUN_DIRECTORY": str(folder), "XORB_VAULT_TOKEN_FILE": token, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services", "orchestrator", cwd=project_root(), env={**os.environ, **environment, **own},
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def filled(database: Database, organization: UUID) -> list[Finding]:
    """Fills an organization with findings and sightings; a part of them is plain, as all were once."""
    reports = [report(location=f"https://example.com/{number}", evidence=f"raw {number}") for number in range(ROWS)]
    async with database.unit(call_of(organization)) as unit:
        batch = await recording.record(unit, recording.seen(organization, reports))
        plain = "UPDATE findings SET evidence = 'plain', data_key_id = NULL WHERE location LIKE '%7'"
        await unit.execute(text(plain))
    known = [entry.finding for entry in batch]
    return [replace(one, evidence="plain") if one.weakness.location.endswith("7") else one for one in known]


@dataclass
class Load:
    """Reads and writes that go on until they are told to stop, and what came of them."""

    database: Database
    organization: UUID
    findings: Sequence[Finding]
    requests: int = 0
    errors: list[object] = field(default_factory=list)
    done: bool = False

    async def call(self) -> None:
        """Calls until told to stop."""
        calls.enter(call_of(self.organization))
        while not self.done or (self.requests < REQUESTS and not self.errors):
            one = random.choice(self.findings)  # noqa: S311 - which doesn't matter
            try:
                await (self._write(one) if self.requests % 10 == 0 else self._read(one))
            except Exception as error:  # noqa: BLE001 - whatever it is, there must be none
                self.errors.append(error)
            self.requests += 1
            await asyncio.sleep(PACE)

    async def _read(self, one: Finding) -> None:
        found = await store.read(self.database, one.id)
        if found is None or found.evidence != one.evidence:
            self.errors.append(found)

    async def _write(self, one: Finding) -> None:
        async with self.database.unit() as unit:
            await unit.serialize("findings")
            current = await store.get(unit, one.id)
            assert current is not None
            await store.save(unit, current)


async def left(database: Database, organization: UUID) -> int:
    """Returns how many rows aren't sealed with the active key."""
    async with database.unit(call_of(organization)) as unit:
        return await remaining(unit, SEALED)


async def test_a_rotation_survives_its_worker_and_nobody_notices(
    database: Database, database_environment: dict[str, str], tmp_path: Path
) -> None:
    organization, key = identifiers.new(), identifiers.new()
    findings = await filled(database, organization)
    async with database.unit(call_of(organization)) as unit:
        (old,) = (await unit.execute(select(DATA_KEYS.c.wrapped))).scalars()
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    load = Load(database, organization, findings)
    calling = [asyncio.create_task(load.call()) for _ in range(CALLERS)]
    order = RotationOrder(str(organization), str(key), 1.0)
    name = f"organizations/{organization}/dataKeys/{key}"

    async def half_way() -> bool:
        async with database.unit(call_of(organization)) as unit:
            rotated = select(func.count()).select_from(FINDINGS).where(FINDINGS.c.data_key_id == key)
            return bool((await unit.execute(rotated)).scalar_one() >= ROWS / 8)

    try:
        async with asyncio.timeout(110):
            handle = await client.start_workflow(NAME, order, id=name, task_queue=TASK_QUEUE)
            async with worker(database_environment, tmp_path) as first:
                await eventually(half_way, seconds=70)
                first.kill()
                await first.wait()
            assert await left(database, organization) > 0
            async with worker(database_environment, tmp_path):
                resealed = await handle.result()
            load.done = True
            await asyncio.gather(*calling)
    finally:
        await tasks.end(*calling)
    _LOG.info("%d requests while %d rows were sealed anew", load.requests, 2 * ROWS)
    assert load.errors == []
    assert 0 < resealed < 2 * ROWS
    assert await left(database, organization) == 0
    async with database.unit(call_of(organization)) as unit:
        for table in (FINDINGS, SIGHTINGS):
            assert (await unit.execute(select(table.c.data_key_id).distinct())).scalars().all() == [key]
        (wrapped,) = (await unit.execute(select(DATA_KEYS.c.wrapped))).scalars()
    assert wrapped.startswith("vault:v2:")
    with pytest.raises(Failure):
        await organization_keys(database_environment).unwrap(organization, old)
