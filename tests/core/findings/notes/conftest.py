"""Clients of the notes service, among people who are members of an organization."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc.aio
import pytest_asyncio
from sqlalchemy import text
from xorb.core.v1 import finding_pb2_grpc, note_pb2, note_pb2_grpc, organization_pb2_grpc, separation_pb2_grpc
from xorb.security.v1 import account_pb2_grpc

from services.core.findings.notes.mentions import Colleagues
from services.core.findings.notes.service import NotesServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.core.organizations.accounts import Accounts
from services.core.organizations.service import MembershipsServicer
from services.mesh import identifiers
from services.mesh.access.cache import CachedAccess
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.pages import Pager
from services.mesh.signing import Signer
from services.mesh.testing import KEYS, bearer, call_of, service_token, serving, token_for
from services.mesh.tokens import Issuer, ServiceIdentity
from services.security.identity.accounts import AccountsServicer
from tests.core.findings.conftest import KEY, Client
from tests.core.harness import Tenant
from tests.e2e.accounts import SignedIn, signed_in

_FOUND = text("INSERT INTO organizations VALUES (:organization, 'Acme', now(), now(), 1)")


@dataclass(frozen=True)
class Author(Tenant):
    """Somebody who writes notes."""

    person: SignedIn
    notes: note_pb2_grpc.NotesServiceStub

    @property
    def member(self) -> str:
        """The member's name."""
        return f"{self.name}/members/{self.person.account}"

    @property
    def email(self) -> str:
        """The account's address."""
        return f"{self.person.account}@example.com"

    async def writes(self, finding: str, content: str) -> note_pb2.Note:
        """A new note."""
        request = note_pb2.CreateNoteRequest(parent=finding, note=note_pb2.Note(content=content))
        note = await self.call(self.notes.CreateNote, request)
        assert isinstance(note, note_pb2.Note)
        return note


@dataclass(frozen=True)
class Office:
    """The services, and people."""

    environment: dict[str, str]
    database: Database
    channel: grpc.aio.Channel
    members: grpc.aio.Channel

    async def author(self, colleague: Tenant | None = None, role: str = "analyst") -> Author:
        """Somebody in an organization of their own, or in a colleague's."""
        organization = colleague.organization if colleague else await self._founded()
        person = await signed_in(self.environment, organization, [role])
        token = await token_for(person.account, organization, [role])
        return Author(organization, bearer(token), person, note_pb2_grpc.NotesServiceStub(self.channel))

    async def _founded(self) -> UUID:
        """A new organization."""
        organization = identifiers.new()
        async with self.database.unit(call_of(organization)) as unit:
            await unit.execute(_FOUND, {"organization": organization})
        return organization

    async def finding(self, tenant: Tenant, **fields: Any) -> str:
        """The name of a new finding."""
        stub = finding_pb2_grpc.SightingsServiceStub(self.channel)
        findings = finding_pb2_grpc.FindingsServiceStub(self.channel)
        separations = separation_pb2_grpc.SeparationsServiceStub(self.channel)
        client = Client(tenant, findings, stub, separations, bearer(await service_token("orchestrator")))
        return (await client.seen(**fields)).name


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(database: Database, database_environment: dict[str, str]) -> AsyncIterator[Office]:
    """The services behind all layers, on a real database."""
    redis = stream.connect(database_environment["XORB_REDIS_URL"])
    hub = Hub(database, redis, poll=0.05, audit=0.05)
    identity = ServiceIdentity(Issuer(KEYS), "spiffe://xorb/core")

    def register_accounts(server: grpc.aio.Server) -> None:
        account_pb2_grpc.add_AccountsServiceServicer_to_server(AccountsServicer(database), server)

    async with serving(register_accounts, [], database) as security:
        accounts = Accounts(account_pb2_grpc.AccountsServiceStub(security), identity)

        def register_members(server: grpc.aio.Server) -> None:
            memberships = MembershipsServicer(database, CachedAccess(database, redis), accounts)
            organization_pb2_grpc.add_MembershipsServiceServicer_to_server(memberships, server)

        async with serving(register_members, [], database) as core:
            colleagues = Colleagues(organization_pb2_grpc.MembershipsServiceStub(core), identity)
            notes = NotesServicer(database, Pager(KEY), Watcher(database, hub, Signer(KEY)), colleagues)
            findings = FindingsServicer(database, Pager(KEY), Watcher(database, hub, Signer(KEY)))

            def register(server: grpc.aio.Server) -> None:
                note_pb2_grpc.add_NotesServiceServicer_to_server(notes, server)
                finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
                finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)

            async with serving(register, [], database) as channel:
                yield Office(database_environment, database, channel, core)
                await hub.close()
    await redis.aclose()
