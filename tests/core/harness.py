"""How tests of the core plane call: in the name of an organization's account, and with errors by their reason."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc.aio
import pytest

from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Failure
from services.mesh.events import log
from services.mesh.events.model import START, LoggedEvent
from services.mesh.statuses import from_call
from services.mesh.testing import bearer, call_of, token_for


@dataclass(frozen=True)
class Tenant:
    """An organization and the metadata of an account's calls in it."""

    organization: UUID
    metadata: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The organization's resource name."""
        return f"organizations/{self.organization}"

    async def call(self, method: Callable[..., Awaitable[Any]], request: object) -> Any:
        """Returns the response to a call."""
        return await method(request, metadata=self.metadata, timeout=20)

    async def refused(self, method: Callable[..., Awaitable[Any]], request: object) -> Failure:
        """Returns the failure that a call ends with."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.call(method, request)
        failure = from_call(caught.value)
        assert failure is not None, caught.value.details()
        return failure


async def new_tenant(organization: UUID | None = None, roles: tuple[str, ...] = ("owner",)) -> Tenant:
    """Returns a tenant of its own, or another account of an organization."""
    organization = organization or identifiers.new()
    return Tenant(organization, bearer(await token_for(None, organization, roles)))


async def events(database: Database, organization: UUID) -> list[LoggedEvent]:
    """Returns what has happened in an organization, in order."""
    async with database.unit(call_of(organization)) as unit:
        return await log.read_organization(unit.connection, organization, START, 10_000)
