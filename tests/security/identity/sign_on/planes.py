"""Both planes on one channel, as far as single sign-on needs them, on real PostgreSQL and real Vault keys."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from xorb.core.v1 import member_pb2, member_pb2_grpc, organization_pb2, organization_pb2_grpc
from xorb.security.v1 import (
    account_pb2_grpc,
    connection_pb2,
    connection_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    session_pb2_grpc,
)

from services.core.organizations.accounts import Accounts
from services.core.organizations.members.service import MembersServicer
from services.core.organizations.service import MembershipsServicer, OrganizationsServicer
from services.mesh import calls, identifiers
from services.mesh.access.cache import CachedAccess
from services.mesh.calls import Call
from services.mesh.cipher import TransitCipher
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.interceptors.chain import chain
from services.mesh.outbound import Reach
from services.mesh.pages import Pager
from services.mesh.server import Server
from services.mesh.testing import bearer
from services.mesh.tokens import Issuer, ServiceIdentity, Verifier
from services.mesh.vault import Transit
from services.security.identity import store, wire
from services.security.identity.accounts import AccountsServicer
from services.security.identity.domain import Account
from services.security.identity.factors.codes import Codes
from services.security.identity.memberships import Memberships
from services.security.identity.passkeys.assertions import Assertions
from services.security.identity.second_step import SecondStep
from services.security.identity.service import IdentityServicer
from services.security.identity.sessions import SessionsServicer
from services.security.identity.sign_on.provider import Provider
from services.security.identity.sign_on.sealing import KEY, Sealing
from services.security.identity.sign_on.service import ConnectionsServicer
from services.security.identity.sign_on.signing_on import SignOn
from services.security.identity.signing_in import Sessions
from services.security.identity.throttle import Allowance, Throttle
from tests.security.identity.plane import PARTY

WEB = "https://xorb.example.com"
DOMAIN = "example.com"
_HONEST = {"client_id": "xorb", "client_secret": "s3cret", "email_domains": [DOMAIN], "default_role": "viewer"}


@dataclass(frozen=True)
class Somebody:
    """Somebody signed in for themselves."""

    email: str
    password: str
    tokens: identity_pb2.SessionTokens

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return bearer(self.tokens.access_token)

    @property
    def organization(self) -> str:
        return self.tokens.organization


class Planes:
    """What people do, over gRPC."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        database: Database,
        sealing: Sealing,
        opener: Sessions,
        security: ServiceIdentity,
    ) -> None:
        self.opener = opener
        self.security = security
        self.database = database
        self.sealing = sealing
        self.identity = identity_pb2_grpc.IdentityServiceStub(channel)
        self.sessions = session_pb2_grpc.SessionsServiceStub(channel)
        self.connections = connection_pb2_grpc.ConnectionsServiceStub(channel)
        self.organizations = organization_pb2_grpc.OrganizationsServiceStub(channel)
        self.members = member_pb2_grpc.MembersServiceStub(channel)
        self.memberships = organization_pb2_grpc.MembershipsServiceStub(channel)
        self.accounts = account_pb2_grpc.AccountsServiceStub(channel)

    async def sign_up(self, email: str) -> Somebody:
        """Somebody new with a password, in no organization."""
        password = secrets.token_urlsafe()
        await self.identity.SignUp(identity_pb2.SignUpRequest(email=email, password=password))
        return Somebody(email, password, await self.sign_in(email, password))

    async def sign_in(self, email: str, password: str) -> identity_pb2.SessionTokens:
        """A new session."""
        request = identity_pb2.SignInRequest(email=email, password=password)
        tokens: identity_pb2.SessionTokens = await self.identity.SignIn(request)
        return tokens

    async def somebody(self) -> Somebody:
        """Somebody new without a password, whose hash would take its time, in no organization."""
        email, now = f"{secrets.token_hex(8)}@{DOMAIN}", datetime.now(UTC)
        account = Account(identifiers.new(), email, email, "", now)
        calls.enter(Call("/test"))
        async with self.database.unit() as unit:
            await store.add_account(unit, account)
            return Somebody(email, "", wire.tokens(await self.opener.open(unit, account, "", ["pwd"])))

    async def owner(self) -> Somebody:
        """The owner of a new organization."""
        somebody = await self.somebody()
        request = organization_pb2.CreateOrganizationRequest(
            organization=organization_pb2.Organization(display_name="Analytical Engines")
        )
        await self.organizations.CreateOrganization(request, metadata=somebody.metadata)
        return Somebody(somebody.email, somebody.password, await self.refresh(somebody.tokens))

    async def member(self, owner: Somebody, role: str) -> Somebody:
        """Somebody else with one role in the owner's organization, and with an account of their own."""
        somebody = await self.somebody()
        request = organization_pb2.AdmitMemberRequest(
            organization=owner.organization, account=somebody.tokens.account.name, role=role
        )
        await self.memberships.AdmitMember(request, metadata=bearer(await self.security.token()))
        return Somebody(somebody.email, somebody.password, await self.refresh(somebody.tokens))

    async def refresh(self, tokens: identity_pb2.SessionTokens, organization: str = "") -> identity_pb2.SessionTokens:
        """The next tokens of a session."""
        request = identity_pb2.RefreshSessionRequest(refresh_token=tokens.refresh_token, organization=organization)
        refreshed: identity_pb2.SessionTokens = await self.identity.RefreshSession(request)
        return refreshed

    async def connect(self, somebody: Somebody, issuer: str, **fields: Any) -> connection_pb2.Connection:
        """A new connection of the organization."""
        given = {**_HONEST, **fields}
        request = connection_pb2.CreateConnectionRequest(
            parent=somebody.organization, connection=connection_pb2.Connection(issuer=issuer, **given)
        )
        made: connection_pb2.Connection = await self.connections.CreateConnection(request, metadata=somebody.metadata)
        return made

    async def begin(self, connection: connection_pb2.Connection) -> connection_pb2.BeginSignOnResponse:
        """A new attempt."""
        request = connection_pb2.BeginSignOnRequest(name=connection.name)
        begun: connection_pb2.BeginSignOnResponse = await self.connections.BeginSignOn(request)
        return begun

    async def complete(self, **fields: str) -> identity_pb2.SessionTokens:
        """The session that an attempt ends with."""
        request = connection_pb2.CompleteSignOnRequest(**fields)
        tokens: identity_pb2.SessionTokens = await self.connections.CompleteSignOn(request)
        return tokens

    async def people(self, owner: Somebody) -> dict[str, member_pb2.Member]:
        """The members of the owner's organization by account."""
        request = member_pb2.ListMembersRequest(parent=owner.organization)
        listed = await self.members.ListMembers(request, metadata=owner.metadata)
        return {member.account: member for member in listed.members}


@asynccontextmanager
async def planes(environment: dict[str, str], folder: Path, reach: Reach) -> AsyncIterator[Planes]:
    """Both planes on a Unix socket in a folder."""
    database = Database.connect(environment["XORB_POSTGRES_DSN"])
    vault = environment["XORB_VAULT_ADDRESS"], environment["XORB_VAULT_TOKEN"]
    transit, sealing = Transit.connect(*vault), Sealing(TransitCipher.connect(*vault, KEY))
    redis = stream.connect(environment["XORB_REDIS_URL"])
    access, address = CachedAccess(database, redis), f"unix:{folder / 's'}"
    async with access.running(), grpc.aio.insecure_channel(address) as channel:
        own = ServiceIdentity(Issuer(transit), "spiffe://xorb/security")
        memberships = Memberships(organization_pb2_grpc.MembershipsServiceStub(channel), own)
        opener = Sessions(Issuer(transit), memberships, timedelta(minutes=10))
        pager = Pager(secrets.token_urlsafe())
        sign_on = SignOn(database, Provider(reach), sealing, memberships, opener, WEB)
        core = ServiceIdentity(Issuer(transit), "spiffe://xorb/core")
        people = Accounts(account_pb2_grpc.AccountsServiceStub(channel), core)

        def register(server: grpc.aio.Server) -> None:
            codes = Codes(TransitCipher.connect(*vault))
            step = SecondStep(opener, codes, Assertions(PARTY))
            identity = IdentityServicer(
                database, transit, access, opener, step, Throttle(redis, Allowance()), sign_up_open=True
            )
            identity_pb2_grpc.add_IdentityServiceServicer_to_server(identity, server)
            sessions = SessionsServicer(database, pager, access)
            session_pb2_grpc.add_SessionsServiceServicer_to_server(sessions, server)
            connections = ConnectionsServicer(database, pager, sign_on)
            connection_pb2_grpc.add_ConnectionsServiceServicer_to_server(connections, server)
            account_pb2_grpc.add_AccountsServiceServicer_to_server(AccountsServicer(database), server)
            organizations = OrganizationsServicer(database, pager, access)
            organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(organizations, server)
            organization_pb2_grpc.add_MembershipsServiceServicer_to_server(
                MembershipsServicer(database, access, people), server
            )
            members = MembersServicer(database, pager, people, access)
            member_pb2_grpc.add_MembersServiceServicer_to_server(members, server)

        server = Server(address, chain(Verifier(transit), database, access), register, [], timedelta(0))
        await server.start()
        try:
            yield Planes(channel, database, sealing, opener, own)
        finally:
            await server.stop()
            await redis.aclose()
            await database.close()


async def refused(call: Any) -> tuple[str, str]:
    """The reason and the message that a call is refused with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    info = error_details_pb2.ErrorInfo()
    rpc_status.from_call(caught.value).details[0].Unpack(info)
    return info.reason, caught.value.details() or ""
