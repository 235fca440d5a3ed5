"""The identity service."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from services.mesh import calls, identifiers, names
from services.mesh.access.model import Announcer, Change
from services.mesh.calls import Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer, Keys
from services.security.identity import domain, passwords, store, wire
from services.security.identity.domain import Account, Membership, RefreshOutcome, Session
from services.security.identity.memberships import Memberships


@dataclass
class IdentityServicer(identity_pb2_grpc.IdentityServiceServicer):
    """Serves `xorb.security.v1.IdentityService`.

    Args:
        database: Where accounts and sessions are.
        keys: The signing key and its public parts.
        access: Told when a session ends.
        memberships: What the core plane knows.
        access_token_lifetime: How long an access token is valid.
        sign_up_open: Whether anybody may create an account.
    """

    database: Database
    keys: Keys
    access: Announcer
    memberships: Memberships
    access_token_lifetime: timedelta
    sign_up_open: bool

    def __post_init__(self) -> None:
        self._issuer = Issuer(self.keys)

    async def SignUp(self, request: identity_pb2.SignUpRequest, context: Context) -> identity_pb2.Account:
        """Creates an account."""
        if not self.sign_up_open:
            raise Failure(Reason.SIGN_UP_CLOSED)
        email, hashed = domain.normalize_email(request.email), await passwords.hash_password(request.password)
        account = Account(identifiers.new(), email, request.display_name or email, hashed, _now())
        async with self.database.unit() as unit:
            await store.add_account(unit, account)
            unit.record(_event("account.created", account, "signed up"))
        return wire.account(account)

    async def SignIn(self, request: identity_pb2.SignInRequest, context: Context) -> identity_pb2.SessionTokens:
        """Begins a session."""
        async with self.database.unit() as unit:
            account = await store.account_by_email(unit, domain.normalize_email(request.email))
        if not await passwords.verify(request.password, account.password_hash if account else None) or account is None:
            raise Failure(Reason.WRONG_CREDENTIALS)
        _identify(account)
        membership = await self.memberships.resolve(account.id, request.organization)
        session = domain.begin(identifiers.new(), account, membership.organization, _now())
        access_token = await self._access_token(session, membership)
        async with self.database.unit() as unit:
            await store.add_session(unit, session)
            refresh_token = await _new_refresh_token(unit, session)
            unit.record(_event("account.signed_in", account, "signed in"), membership.organization)
        return wire.tokens(access_token, self._expiry(), refresh_token, account, membership)

    async def RefreshSession(
        self, request: identity_pb2.RefreshSessionRequest, context: Context
    ) -> identity_pb2.SessionTokens:
        """Goes on with a session, with a new refresh token; the old one is used up only if all of that succeeds."""
        async with self.database.unit() as unit:
            redeemed = await self._redeem(unit, request.refresh_token)
            if redeemed:
                return await self._continue(unit, *redeemed, request.organization)
        raise Failure(Reason.INVALID_REFRESH_TOKEN)

    async def SignOut(self, request: identity_pb2.SignOutRequest, context: Context) -> empty_pb2.Empty:
        """Ends the caller's session."""
        caller = calls.current().caller
        async with self.database.unit() as unit:
            await self._end(unit, UUID(caller.session), _now())
            unit.record(Event("account.signed_out", caller.subject, "An account signed out"))
        return empty_pb2.Empty()

    async def GetCaller(self, request: identity_pb2.GetCallerRequest, context: Context) -> identity_pb2.Caller:
        """Says who the caller is."""
        caller = calls.current().caller
        async with self.database.unit() as unit:
            account = await store.account(unit, caller.account) if caller.account else None
        if account is None:
            raise Failure(Reason.UNAUTHENTICATED)
        return wire.caller(caller, account)

    async def GetJsonWebKeySet(
        self, request: identity_pb2.GetJsonWebKeySetRequest, context: Context
    ) -> identity_pb2.JsonWebKeySet:
        """Publishes the keys that verify access tokens."""
        return wire.key_set(await self.keys.public_keys())

    async def _end(self, unit: Unit, session: UUID, now: datetime) -> None:
        """Ends a session: its refresh token is void, and from the commit on its access tokens are."""
        await store.end_session(unit, session, now)
        unit.afterwards(partial(self.access.announce, Change(session=str(session))))

    async def _redeem(self, unit: Unit, token: str) -> tuple[Session, Account] | None:
        """Uses a refresh token up and returns its session; a used one ends the session for everybody."""
        now = _now()
        presented = await store.present(unit, token)
        session, used_at = presented or (None, None)
        verdict = domain.outcome(session, used_at, now)
        account = await store.account(unit, session.account) if session else None
        if session is None or account is None:
            return None
        if verdict is RefreshOutcome.REVOKE_FAMILY:
            await self._end(unit, session.id, now)
            event = _event("account.session_revoked", account, "had a session revoked: its token was used twice")
            unit.record(event, session.organization)
        if verdict is not RefreshOutcome.CONTINUE:
            return None
        await store.use_token(unit, token, now)
        return session, account

    async def _continue(
        self, unit: Unit, session: Session, account: Account, organization: str
    ) -> identity_pb2.SessionTokens:
        """Returns new tokens of a session, for an organization or, where none is given, for the same as before."""
        membership = await self._membership(session, organization)
        access_token = await self._access_token(session, membership)
        await store.move_session(unit, session.id, membership.organization)
        refresh_token = await _new_refresh_token(unit, session)
        return wire.tokens(access_token, self._expiry(), refresh_token, account, membership)

    async def _membership(self, session: Session, organization: str) -> Membership:
        """Returns where a session goes on: where asked to, or where it was, or elsewhere for who was removed there."""
        if not organization and session.organization:
            try:
                return await self.memberships.resolve(session.account, wire.organization_name(session.organization))
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
        return await self.memberships.resolve(session.account, organization)

    async def _access_token(self, session: Session, membership: Membership) -> str:
        claims = {
            "sub": names.join("accounts", session.account),
            "org": str(membership.organization or ""),
            "sid": str(session.id),
            "roles": list(membership.roles),
        }
        return await self._issuer.issue(ACCOUNT_AUDIENCE, self.access_token_lifetime, claims)

    def _expiry(self) -> datetime:
        return _now() + self.access_token_lifetime


async def _new_refresh_token(unit: Unit, session: Session) -> str:
    token = domain.new_refresh_token()
    await store.add_refresh_token(unit, session.id, token, _now())
    return token


def _identify(account: Account) -> None:
    """Puts the account's name to what the rest of a public call does."""
    calls.current().caller = Caller(names.join("accounts", account.id))


def _event(kind: str, account: Account, what: str) -> Event:
    return Event(kind, names.join("accounts", account.id), f"{account.display_name} {what}")


def _now() -> datetime:
    return datetime.now(UTC)
