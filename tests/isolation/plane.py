"""The core plane in this process, over a database with a single connection, so that each call follows another on it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import asyncpg
from google.longrunning import operations_pb2
from google.protobuf.message import Message
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from temporalio.client import Client
from xorb.core.v1 import target_pb2, target_pb2_grpc

from services.core.activity.service import ActivityServicer
from services.core.engagements.leave import leave
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.core.scans.control import Control
from services.core.scans.operation import ScanWork
from services.core.scans.ordering import Ordering
from services.core.scans.service import ScansServicer
from services.core.targets.addresses import Rules
from services.core.targets.ownership import Prover
from services.core.targets.service import TargetsServicer
from services.mesh import calls
from services.mesh.database import Database
from services.mesh.errors import Failure
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.interceptors.authorization import Authorization
from services.mesh.interceptors.idempotency import Idempotency
from services.mesh.operations import OperationsServicer
from services.mesh.pages import Pager
from services.mesh.policies import methods
from services.mesh.signing import Signer
from tests.isolation.tenants import Tenant
from tests.mesh.encryption.keys import keyring

NO_CONTEXT: Any = None


@dataclass(frozen=True)
class Cut:
    """What becomes of a call that was cancelled: nobody knows whether it was committed."""


Outcome: TypeAlias = Any
"""What a call comes to: its response, a `Failure`, or a `Cut`."""


class Targets:
    """The targets service as the scans service asks it, without a socket between."""

    def __init__(self, servicer: TargetsServicer) -> None:
        self._servicer = servicer

    async def GetTarget(self, request: target_pb2.GetTargetRequest, **_options: object) -> target_pb2.Target:
        """Returns a target, for the call being served."""
        return await self._servicer.GetTarget(request, NO_CONTEXT)


@dataclass
class Plane:
    """The services.

    Attributes:
        database: With one connection.
        relay: The database for the relay, which sees the log of all.
        redis: Where live events go.
        servicers: By the service's full name.
    """

    database: Database
    relay: AsyncEngine
    redis: Redis
    hub: Hub
    temporal: Client
    servicers: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        database, key = self.database, secrets.token_hex()
        pager, watcher, control = Pager(key), Watcher(database, self.hub, Signer(key)), Control(self.temporal)
        rules = Rules()
        targets = TargetsServicer(database, pager, rules, Prover(rules, "", ()))
        ordering = Ordering(database, cast("target_pb2_grpc.TargetsServiceStub", Targets(targets)), control, leave)
        scans = ScansServicer(database, pager, watcher, ordering, control)
        self.servicers = {
            "xorb.core.v1.TargetsService": targets,
            "xorb.core.v1.ScansService": scans,
            "xorb.core.v1.FindingsService": FindingsServicer(database, pager, watcher),
            "xorb.core.v1.SightingsService": SightingsServicer(database),
            "xorb.core.v1.ActivityService": ActivityServicer(database, pager, watcher),
            operations_pb2.DESCRIPTOR.services_by_name["Operations"].full_name: OperationsServicer(
                self.temporal, {"scans": ScanWork(database, scans.cancel)}, Signer(key)
            ),
        }

    async def call(self, tenant: Tenant, path: str, request: Message, *, admitted: bool = False) -> Any:
        """Returns the response to a call, with the layer that replays requests, and nothing before it but ourselves.

        Args:
            tenant: Who calls.
            path: The method.
            request: The request.
            admitted: Whether the layer that looks at the names in the request has let it pass already: nothing is then
                left between it and other organizations' rows but the database.
        """
        call, method = tenant.call(path), methods()[path]
        calls.enter(call)
        if not admitted:
            await Authorization(None).admit(call, method, request)
        service, _, name = path.removeprefix("/").partition("/")
        handler = getattr(self.servicers[service], name)

        async def handle(message: Any) -> Message:
            return cast("Message", await handler(message, NO_CONTEXT))

        return await Idempotency(self.database).unary(call, method, request, NO_CONTEXT, handle)

    async def watch(self, tenant: Tenant, path: str, request: Message, until: str = "checkpoint") -> list[Any]:
        """Returns the records of a watch up to the first of a kind."""
        calls.enter(tenant.call(path))
        service, _, name = path.removeprefix("/").partition("/")
        records = []
        async with aclosing(getattr(self.servicers[service], name)(request, NO_CONTEXT)) as watched:
            async for record in watched:
                records.append(record)
                if record.WhichOneof("record") == until:
                    break
        return records

    async def left_over(self, probe: str) -> asyncpg.Record:
        """Returns what the next user of the connection finds, outside of any unit: the first row of a query."""
        async with self.database.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            assert not driver.is_in_transaction()
            return await driver.fetchrow(probe)


async def cut_off(work: Coroutine[Any, Any, object], seconds: float | None) -> Outcome:
    """Returns what a call comes to; it is cancelled after some seconds, if not None."""
    task = asyncio.create_task(work)
    if seconds is not None:
        await asyncio.wait([task], timeout=seconds)
        task.cancel()
    try:
        return await task
    except Failure as failure:
        return failure
    except asyncio.CancelledError:
        return Cut()


@asynccontextmanager
async def opened(environment: Mapping[str, str]) -> AsyncIterator[Plane]:
    """Opens the plane on real components."""
    engine = create_async_engine(
        environment["XORB_POSTGRES_DSN"], pool_size=1, max_overflow=0, pool_timeout=30, isolation_level="AUTOCOMMIT"
    )
    relay = create_async_engine(environment["XORB_POSTGRES_RELAY_DSN"], pool_size=1, isolation_level="AUTOCOMMIT")
    redis, database = stream.connect(environment["XORB_REDIS_URL"]), Database(engine, keyring(environment))
    hub = Hub(database, redis)
    client = await Client.connect(environment["XORB_TEMPORAL_ADDRESS"])
    try:
        yield Plane(database, relay, redis, hub, client)
    finally:
        await hub.close()
        await redis.aclose()
        await relay.dispose()
        await database.close()
