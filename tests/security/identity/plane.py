"""Both planes on one channel, as far as signing in needs them, on real PostgreSQL, Redis and Vault keys."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from redis.asyncio import Redis
from xorb.core.v1 import organization_pb2, organization_pb2_grpc
from xorb.security.v1 import (
    account_pb2_grpc,
    factor_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    passkey_pb2_grpc,
    session_pb2_grpc,
)

from services.core.organizations.accounts import Accounts
from services.core.organizations.service import MembershipsServicer, OrganizationsServicer
from services.mesh.access.cache import CachedAccess
from services.mesh.cipher import TransitCipher
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.interceptors.chain import chain
from services.mesh.pages import Pager
from services.mesh.server import Server
from services.mesh.testing import bearer
from services.mesh.tokens import Issuer, ServiceIdentity, Verifier
from services.mesh.vault import Transit
from services.security.identity.cookies import Cookies
from services.security.identity.factors.codes import Codes
from services.security.identity.factors.service import FactorsServicer
from services.security.identity.memberships import Memberships
from services.security.identity.passkeys.assertions import Assertions
from services.security.identity.passkeys.ceremony import RelyingParty
from services.security.identity.passkeys.service import PasskeysServicer
from services.security.identity.reauthentication import Reauthentication
from services.security.identity.second_step import SecondStep
from services.security.identity.service import IdentityServicer
from services.security.identity.sessions import SessionsServicer
from services.security.identity.signing_in import Sessions
from services.security.identity.throttle import Allowance, Throttle

PARTY = RelyingParty("localhost", ("http://localhost:8000", "https://localhost:8443"))


class Platform:
    """Both planes on one channel, as far as signing in needs them."""

    def __init__(self, channel: grpc.aio.Channel, database: Database) -> None:
        self.database = database
        self.identity = identity_pb2_grpc.IdentityServiceStub(channel)
        self.sessions = session_pb2_grpc.SessionsServiceStub(channel)
        self.factors = factor_pb2_grpc.FactorsServiceStub(channel)
        self.passkeys = passkey_pb2_grpc.PasskeysServiceStub(channel)
        self.organizations = organization_pb2_grpc.OrganizationsServiceStub(channel)

    async def sign_up(self) -> tuple[str, str]:
        email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe()
        await self.identity.SignUp(identity_pb2.SignUpRequest(email=email.upper(), password=password))
        return email, password

    async def sign_in(self, email: str, password: str, **rest: str) -> identity_pb2.SessionTokens:
        request = identity_pb2.SignInRequest(email=email, password=password, **rest)
        tokens: identity_pb2.SessionTokens = await self.identity.SignIn(request)
        return tokens

    async def refresh(self, token: str, **rest: str) -> identity_pb2.SessionTokens:
        request = identity_pb2.RefreshSessionRequest(refresh_token=token, **rest)
        tokens: identity_pb2.SessionTokens = await self.identity.RefreshSession(request)
        return tokens

    async def found(self, token: str, name: str) -> str:
        request = organization_pb2.CreateOrganizationRequest(
            organization=organization_pb2.Organization(display_name=name)
        )
        created = await self.organizations.CreateOrganization(request, metadata=bearer(token))
        return str(created.name)


@asynccontextmanager
async def served(environment: Mapping[str, str]) -> AsyncIterator[Platform]:
    """Serves both planes to the end."""
    database = Database.connect(environment["XORB_POSTGRES_DSN"])
    redis = stream.connect(environment["XORB_REDIS_URL"])
    access = CachedAccess(database, redis)
    with tempfile.TemporaryDirectory(prefix="xorb-") as folder:
        address = f"unix:{Path(folder) / 's'}"
        async with access.running(), grpc.aio.insecure_channel(address) as channel:
            server = _server(environment, address, channel, database, access, redis)
            await server.start()
            yield Platform(channel, database)
            await server.stop()
    await redis.aclose()
    await database.close()


def _server(
    environment: Mapping[str, str],
    address: str,
    channel: grpc.aio.Channel,
    database: Database,
    access: CachedAccess,
    redis: Redis,
) -> Server:
    vault = environment["XORB_VAULT_ADDRESS"], environment["XORB_VAULT_TOKEN"]
    keys, codes = Transit.connect(*vault), Codes(TransitCipher.connect(*vault))
    stub = organization_pb2_grpc.MembershipsServiceStub(channel)
    memberships = Memberships(stub, ServiceIdentity(Issuer(keys), "spiffe://xorb/security"))
    core = ServiceIdentity(Issuer(keys), "spiffe://xorb/core")
    accounts = Accounts(account_pb2_grpc.AccountsServiceStub(channel), core)
    opener = Sessions(Issuer(keys), memberships, timedelta(minutes=10))
    assertions, proofs = Assertions(PARTY), Reauthentication(database, codes)
    pager, step = Pager(secrets.token_urlsafe()), SecondStep(opener, codes, assertions)
    identity = IdentityServicer(database, keys, access, opener, step, Throttle(redis, Allowance()), sign_up_open=True)
    passkeys = PasskeysServicer(database, pager, assertions, proofs, opener)

    def register(server: grpc.aio.Server) -> None:
        identity_pb2_grpc.add_IdentityServiceServicer_to_server(identity, server)
        session_pb2_grpc.add_SessionsServiceServicer_to_server(SessionsServicer(database, pager, access), server)
        factor_pb2_grpc.add_FactorsServiceServicer_to_server(FactorsServicer(database, codes, proofs), server)
        passkey_pb2_grpc.add_PasskeysServiceServicer_to_server(passkeys, server)
        members = MembershipsServicer(database, access, accounts)
        organization_pb2_grpc.add_MembershipsServiceServicer_to_server(members, server)
        organizations = OrganizationsServicer(database, pager, access)
        organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(organizations, server)

    layers = chain(Verifier(keys), database, access, own=(Cookies(".*"),))
    return Server(address, layers, register, [], timedelta(0))


async def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    """The status code and the reason that a call is refused with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    info = error_details_pb2.ErrorInfo()
    rpc_status.from_call(caught.value).details[0].Unpack(info)
    return caught.value.code(), info.reason
