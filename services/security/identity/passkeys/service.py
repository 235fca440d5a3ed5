"""The passkeys service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.security.v1 import factor_pb2, identity_pb2, passkey_pb2, passkey_pb2_grpc

from services.mesh import identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.security.identity import store as account_store
from services.security.identity import wire as identity_wire
from services.security.identity.challenges import domain as challenges
from services.security.identity.challenges import store as challenge_store
from services.security.identity.challenges.domain import Purpose
from services.security.identity.domain import Account, Opened
from services.security.identity.factors import codes
from services.security.identity.factors import store as factor_store
from services.security.identity.passkeys import domain, store, wire
from services.security.identity.passkeys.assertions import Assertions
from services.security.identity.passkeys.domain import Passkey
from services.security.identity.reauthentication import Reauthentication, own
from services.security.identity.signing_in import Sessions, tell

_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(store.PASSKEYS.c.created_at, "time")})
_METHODS = ("pop", "user", "mfa")
"""How RFC 8176 calls a passkey on a device that has checked who its user is."""


@dataclass
class PasskeysServicer(passkey_pb2_grpc.PasskeysServiceServicer):
    """Serves `xorb.security.v1.PasskeysService`; everybody for themselves.

    Args:
        database: Where passkeys are.
        pager: Cuts lists into pages.
        assertions: Looks at what passkeys signed.
        reauthentication: Asks for proofs.
        sessions: Opens sessions.
    """

    database: Database
    pager: Pager
    assertions: Assertions
    reauthentication: Reauthentication
    sessions: Sessions

    async def ListPasskeys(
        self, request: passkey_pb2.ListPasskeysRequest, context: Context
    ) -> passkey_pb2.ListPasskeysResponse:
        """Lists the caller's passkeys."""
        account = _owner(request.parent)
        wanted = PageRequest(f"ListPasskeys:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.of_account(account),
                wanted,
                fields=_FIELDS,
                default_order="create_time desc",
                key=store.PASSKEYS.c.id,
            )
        passkeys = [wire.passkey(store.passkey(row)) for row in page.mappings]
        return passkey_pb2.ListPasskeysResponse(passkeys=passkeys, next_page_token=page.next_page_token)

    async def BeginPasskeyRegistration(
        self, request: passkey_pb2.BeginPasskeyRegistrationRequest, context: Context
    ) -> passkey_pb2.BeginPasskeyRegistrationResponse:
        """Asks a browser to register a passkey."""
        account = await self._proved(_owner(request.parent), request.proof)
        async with self.database.unit() as unit:
            existing = [one.credential for one in await store.every(unit, account.id)]
            if len(existing) >= domain.MOST:
                raise Failure(
                    Reason.QUOTA_EXCEEDED, f"An account has at most {domain.MOST} passkeys. Remove one first."
                )
            token, challenge = challenges.begin(Purpose.PASSKEY_REGISTRATION, _now(), account.id)
            await challenge_store.add(unit, challenge)
        options = self.assertions.party.creation_options(account, challenge.nonce, existing)
        return passkey_pb2.BeginPasskeyRegistrationResponse(challenge=token, options=options)

    async def FinishPasskeyRegistration(
        self, request: passkey_pb2.FinishPasskeyRegistrationRequest, context: Context
    ) -> passkey_pb2.FinishPasskeyRegistrationResponse:
        """Registers a passkey; its challenge is used up, whatever becomes of it."""
        owner = _owner(request.parent)
        nonce = await self._nonce(request.challenge, Purpose.PASSKEY_REGISTRATION, owner)
        credential = self.assertions.party.registered(request.credential, nonce)
        if credential is None:
            text = "It wasn't made for this site and this challenge, or the device didn't check who its user is."
            raise invalid_field("credential", text)
        made = Passkey(identifiers.new(), owner, credential, request.display_name or "Passkey", _now())
        async with self.database.unit() as unit:
            account = await _account(unit, owner)
            await store.add(unit, made)
            first = await codes.first_recovery_codes(unit, owner)
            tell(unit, account, "account.factor_added", f"added the passkey {made.display_name}")
        return passkey_pb2.FinishPasskeyRegistrationResponse(passkey=wire.passkey(made), recovery_codes=first)

    async def UpdatePasskey(self, request: passkey_pb2.UpdatePasskeyRequest, context: Context) -> passkey_pb2.Passkey:
        """Renames a passkey."""
        async with self.database.unit() as unit:
            found = await _find(unit, request.passkey.name)
            changed = masks.fields(request.passkey, request.update_mask, wire.passkey(found))
            if "display_name" in changed:
                found = replace(found, display_name=request.passkey.display_name or "Passkey")
                await store.rename(unit, found.id, found.display_name)
            return unit.reply(wire.passkey(found))

    async def RemovePasskey(self, request: passkey_pb2.RemovePasskeyRequest, context: Context) -> empty_pb2.Empty:
        """Removes a passkey, and the recovery codes with the last factor."""
        account, _ = names.parse("accounts/{account}/passkeys/{passkey}", request.name)
        owner = await self._proved(own(account, request.name), request.proof)
        async with self.database.unit() as unit:
            found = await _find(unit, request.name)
            await store.remove(unit, found.id)
            app = await factor_store.totp(unit, owner.id)
            if not (app and app.confirmed_at) and not await store.every(unit, owner.id):
                await factor_store.remove_codes(unit, owner.id)
            tell(unit, owner, "account.factor_removed", f"removed the passkey {found.display_name}")
        return empty_pb2.Empty()

    async def BeginPasskeySignIn(
        self, request: passkey_pb2.BeginPasskeySignInRequest, context: Context
    ) -> passkey_pb2.BeginPasskeySignInResponse:
        """Asks a browser for any passkey of ours."""
        token, challenge = challenges.begin(Purpose.PASSKEY_SIGN_IN, _now())
        async with self.database.unit() as unit:
            await challenge_store.add(unit, challenge)
        options = self.assertions.party.request_options(challenge.nonce)
        return passkey_pb2.BeginPasskeySignInResponse(challenge=token, options=options)

    async def FinishPasskeySignIn(
        self, request: passkey_pb2.FinishPasskeySignInRequest, context: Context
    ) -> identity_pb2.SessionTokens:
        """Begins a session with a passkey; what a wrong one tells is written down before it is refused."""
        nonce = await self._nonce(request.challenge, Purpose.PASSKEY_SIGN_IN)
        async with self.database.unit() as unit:
            opened = await self._opened(unit, request, nonce)
        if opened is None:
            raise Failure(Reason.WRONG_CREDENTIALS, "This passkey isn't one of ours, or isn't accepted.")
        return identity_wire.tokens(opened)

    async def _opened(self, unit: Unit, request: passkey_pb2.FinishPasskeySignInRequest, nonce: bytes) -> Opened | None:
        found = await self.assertions.passkey(unit, request.credential, nonce)
        if found is None:
            return None
        return await self.sessions.open(unit, await _account(unit, found.account), request.organization, _METHODS)

    async def _nonce(self, token: str, purpose: Purpose, owner: UUID | None = None) -> bytes:
        """Uses a challenge up, and returns what a passkey was to sign."""
        async with self.database.unit() as unit:
            challenge = await challenge_store.take(unit, token, purpose, _now())
            if challenge.account != owner:
                raise Failure(Reason.INVALID_CHALLENGE)
            await challenge_store.use(unit, challenge, _now())
        return challenge.nonce

    async def _proved(self, account: UUID, proof: factor_pb2.Proof) -> Account:
        return await self.reauthentication.require(account, identity_wire.proof(proof))


async def _find(unit: Unit, name: str) -> Passkey:
    account, identifier = names.parse("accounts/{account}/passkeys/{passkey}", name)
    found = await store.one(unit, own(account, name), identifier)
    if found is None:
        raise not_found(name)
    return found


async def _account(unit: Unit, identifier: UUID) -> Account:
    found = await account_store.account(unit, identifier)
    if found is None:
        raise not_found(names.join("accounts", identifier))
    return found


def _owner(name: str) -> UUID:
    (account,) = names.parse("accounts/{account}", name)
    return own(account, name)


def _now() -> datetime:
    return datetime.now(UTC)
