"""Somebody with an account, and what they do to protect it."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt
import pyotp
from sqlalchemy import select
from xorb.security.v1 import factor_pb2, identity_pb2, passkey_pb2

from services.mesh.database import Unit
from services.mesh.events.log import EVENT_LOG
from services.mesh.testing import bearer, call_of
from tests.security.identity.authenticator import Authenticator
from tests.security.identity.plane import Platform


@dataclass
class Person:
    """An account that is signed in."""

    platform: Platform
    email: str
    password: str
    account: str
    token: str
    secret: str = ""
    devices: list[Authenticator] = field(default_factory=list)

    @classmethod
    async def new(cls, platform: Platform) -> "Person":
        email, password = await platform.sign_up()
        tokens = await platform.sign_in(email, password)
        return cls(platform, email, password, tokens.account.name, tokens.access_token)

    @property
    def identifier(self) -> UUID:
        return UUID(self.account.removeprefix("accounts/"))

    @property
    def bearer(self) -> Any:
        return bearer(self.token)

    @property
    def proof(self) -> factor_pb2.Proof:
        return factor_pb2.Proof(password=self.password)

    def code(self, steps: int = 0) -> str:
        """The code that the app shows now, or some steps later or earlier."""
        return pyotp.TOTP(self.secret).at(time.time() + 30 * steps)

    async def factor(self, method: str, message: str, **fields: Any) -> Any:
        """Calls a method of the factors service."""
        request = getattr(factor_pb2, message)(account=self.account, **fields)
        return await getattr(self.platform.factors, method)(request, metadata=self.bearer)

    async def factors(self) -> factor_pb2.SecondFactors:
        shown: factor_pb2.SecondFactors = await self.factor("GetSecondFactors", "GetSecondFactorsRequest")
        return shown

    async def enroll(self) -> list[str]:
        """Adds an authenticator app, and returns recovery codes; the code of this step is used."""
        begun = await self.factor("EnrollTotp", "EnrollTotpRequest", proof=self.proof)
        self.secret = begun.secret
        return list((await self.confirm(self.code())).codes)

    async def confirm(self, code: str) -> Any:
        return await self.factor("ConfirmTotp", "ConfirmTotpRequest", code=code)

    async def sign_in(self, **rest: str) -> identity_pb2.SessionTokens:
        return await self.platform.sign_in(self.email, self.password, **rest)

    async def challenge(self) -> str:
        """Signs in with the password, as far as that goes."""
        return str((await self.sign_in()).second_factor.challenge)

    async def complete(self, challenge: str, **answer: str) -> identity_pb2.SessionTokens:
        request = identity_pb2.CompleteSignInRequest(challenge=challenge, **answer)
        tokens: identity_pb2.SessionTokens = await self.platform.identity.CompleteSignIn(request)
        return tokens

    async def begin_passkey(self) -> Any:
        request = passkey_pb2.BeginPasskeyRegistrationRequest(parent=self.account, proof=self.proof)
        return await self.platform.passkeys.BeginPasskeyRegistration(request, metadata=self.bearer)

    async def finish_passkey(self, challenge: str, credential: str) -> Any:
        request = passkey_pb2.FinishPasskeyRegistrationRequest(
            parent=self.account, challenge=challenge, credential=credential, display_name="Laptop"
        )
        return await self.platform.passkeys.FinishPasskeyRegistration(request, metadata=self.bearer)

    async def register(self) -> Any:
        """Registers a new device's passkey."""
        device, begun = Authenticator(), await self.begin_passkey()
        finished = await self.finish_passkey(begun.challenge, device.create(json.loads(begun.options)))
        self.devices.append(device)
        return finished

    async def events(self) -> list[str]:
        """The kinds of all events in the account's own log."""
        async with self.platform.database.unit(call_of(self.identifier)) as unit:
            return await _events(unit, self.account)


async def _events(unit: Unit, account: str) -> list[str]:
    statement = select(EVENT_LOG.c.type).where(EVENT_LOG.c.resource == account).order_by(EVENT_LOG.c.occurred_at)
    return [row.type for row in await unit.execute(statement)]


def claims(tokens: identity_pb2.SessionTokens) -> dict[str, Any]:
    """What an access token says."""
    said: dict[str, Any] = jwt.decode(tokens.access_token, options={"verify_signature": False})
    return said
