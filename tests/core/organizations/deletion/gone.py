"""An organization that is deleted, with a row in every table, by a worker that dies half-way; and its neighbour."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from redis.asyncio import Redis
from temporalio.client import WorkflowHandle
from xorb.core.v1 import organization_pb2

from gateway.ratelimit.shared import overrides_key
from services.core.organizations.deletion.orders import name
from services.mesh import identifiers, tasks
from services.mesh.encryption.keyring import Sealed
from services.mesh.events import stream
from services.mesh.sweeping.sweeper import Sweeper
from services.mesh.testing import call_of
from stack.settings import project_root
from tests.core.organizations.deletion.rows import counted, fill
from tests.core.organizations.world import Person, World
from tests.mesh.encryption.keys import keyring, organization_keys
from tests.mesh.events.harness import eventually

SECRET = b"where it is weak"
ROWS = 5
_FIELD = "findings.evidence"


@dataclass(frozen=True)
class Deleted:
    """What was there before, and who asks afterwards.

    Attributes:
        owner: Who deleted it, with the token from before.
        elsewhere: The same person, working in another organization.
        neighbour: Somebody else's organization.
        rows: The neighbour's rows by table, before.
        half_way: The organization's rows by table, when the worker died.
        sealed: A field that was the organization's.
        kept: One of the neighbour's.
        backup: The organization's data keys.
        account: One that the organization managed.
    """

    owner: Person
    elsewhere: Person
    neighbour: Person
    rows: Counter[str]
    half_way: Counter[str]
    sealed: Sealed
    kept: Sealed
    backup: Sequence[asyncpg.Record]
    account: UUID


@asynccontextmanager
async def orchestrator(environment: Mapping[str, str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of its own, which may be killed."""
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


@asynccontextmanager
async def sweeping(environment: Mapping[str, str], redis: Redis) -> AsyncIterator[None]:
    """What the relay's process does."""
    keys = (stream.key, lambda organization: overrides_key(str(organization)))
    sweeper = Sweeper(environment["XORB_POSTGRES_RELAY_DSN"], redis, keys, batch=2, pause=0.1)
    task = asyncio.create_task(sweeper.run())
    try:
        yield
    finally:
        await tasks.end(task)


async def seal(world: World, organization: UUID) -> Sealed:
    """A sealed field of an organization."""
    async with world.database.unit(call_of(organization)) as unit:
        sealer = await unit.sealer()
        return Sealed(_FIELD, "row", sealer.key, sealer.seal(_FIELD, "row", SECRET))


async def opened(world: World, organization: UUID, field: Sealed) -> bytes:
    """The field in the clear, asked of a process that remembers no key."""
    world.database.keys = keyring(world.environment)
    async with world.database.unit(call_of(organization)) as unit:
        return await unit.open(field)


async def managed(superuser: asyncpg.Connection, organization: UUID) -> UUID:
    """An account that the organization manages, with a session of single sign-on."""
    account = identifiers.new()
    await superuser.execute(
        "INSERT INTO accounts VALUES ($1, 'a@example.com', '', '', now(), $2)", account, organization
    )
    await superuser.execute(
        "INSERT INTO sessions VALUES ($1, $2, $3, now(), now() + interval '1 day', NULL, '{sso}')",
        identifiers.new(), account, organization,
    )  # fmt: skip
    return account


async def deleted(world: World, superuser: asyncpg.Connection, redis: Redis, folder: Path) -> Deleted:
    """Deletes an organization from its founding to its end."""
    owner, neighbour = await world.founder(), await world.founder()
    wanted = organization_pb2.Organization(display_name="Difference Engines")
    request = organization_pb2.CreateOrganizationRequest(organization=wanted)
    other = await owner.call(world.organizations.CreateOrganization, request)
    elsewhere = await world.working_in(owner, UUID(other.name.removeprefix("organizations/")))
    sealed, kept = await seal(world, owner.organization), await seal(world, neighbour.organization)
    for one in (owner.organization, neighbour.organization):
        await fill(superuser, one, ROWS)
    account = await managed(superuser, owner.organization)
    await redis.xadd(stream.key(owner.organization), {"e": "x"})
    rows = await counted(superuser, neighbour.organization)
    assert set(await counted(superuser, owner.organization)) == set(rows)
    backup = await superuser.fetch("SELECT * FROM data_keys WHERE organization_id = $1", owner.organization)
    running = await begun(world, owner)
    half_way = await stopped_half_way(world, owner.organization, superuser, folder)
    async with sweeping(world.environment, redis), orchestrator(world.environment, folder), asyncio.timeout(60):
        assert await running.result() is True
    return Deleted(owner, elsewhere, neighbour, rows, half_way, sealed, kept, backup, account)


async def begun(world: World, owner: Person) -> WorkflowHandle[object, object]:
    """The workflow of a deletion without a time of grace."""
    grace, world.deletions.grace = world.deletions.grace, timedelta(0)
    request = organization_pb2.DeleteOrganizationRequest(name=owner.name)
    message = await owner.call(world.organizations.DeleteOrganization, request)
    world.deletions.grace = grace
    requested = message.delete_time.ToDatetime().isoformat() + "+00:00"
    return world.deletions.client.get_workflow_handle(name(owner.organization, requested))


async def stopped_half_way(
    world: World, organization: UUID, superuser: asyncpg.Connection, folder: Path
) -> Counter[str]:
    """Kills the worker when the key is gone and everything else is there; returns what is left."""
    keys = organization_keys(world.environment, "orchestrator")

    async def shredded() -> bool:
        return await keys.version(organization) == 0

    async with orchestrator(world.environment, folder) as worker:
        await eventually(shredded, seconds=60)
        worker.kill()
        await worker.wait()
    return await counted(superuser, organization)
