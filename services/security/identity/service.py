"""The identity service."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from services.mesh import calls, identifiers
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.tokens import Keys
from services.security.identity import domain, guessable, passwords, store, wire
from services.security.identity.domain import Account, RefreshOutcome, Session
from services.security.identity.second_step import SecondStep
from services.security.identity.signing_in import Sessions, event
from services.security.identity.throttle import Throttle


@dataclass
class IdentityServicer(identity_pb2_grpc.IdentityServiceServicer):
    """Serves `xorb.security.v1.IdentityService`.

    Args:
        database: Where accounts and sessions are.
        keys: The public parts of the signing key.
        access: Told when a session ends.
        sessions: Opens sessions.
        second_step: Asks for second factors.
        throttle: Keeps passwords from being guessed.
        sign_up_open: Whether anybody may create an account.
    """

    database: Database
    keys: Keys
    access: Announcer
    sessions: Sessions
    second_step: SecondStep
    throttle: Throttle
    sign_up_open: bool

    async def SignUp(self, request: identity_pb2.SignUpRequest, context: Context) -> identity_pb2.Account:
        """Creates an account."""
        if not self.sign_up_open:
            raise Failure(Reason.SIGN_UP_CLOSED)
        guessable.refuse("password", request.password, (request.email, request.display_name))
        email, hashed = domain.normalize_email(request.email), await passwords.hash_password(request.password)
        account = Account(identifiers.new(), email, request.display_name or email, hashed, _now())
        async with self.database.unit() as unit:
            await store.add_account(unit, account)
            unit.record(event("account.created", account, "signed up"))
        return wire.account(account)

    async def SignIn(self, request: identity_pb2.SignInRequest, context: Context) -> identity_pb2.SessionTokens:
        """Begins a session, or asks for a second factor first."""
        email = domain.normalize_email(request.email)
        attempt = await self.throttle.begin(email, calls.current().address)
        account = await self._account_of(email, request.password)
        await self.throttle.succeeded(attempt)
        async with self.database.unit() as unit:
            # Checking took a while: whoever has set another password since has ended what the old one opened.
            if not await store.has_password(unit, account.id, account.password_hash):
                raise Failure(Reason.WRONG_CREDENTIALS)
            if demand := await self.second_step.demand(unit, account, request.organization):
                return wire.demand(demand)
            return wire.tokens(await self.sessions.open(unit, account, request.organization, ["pwd"]))

    async def CompleteSignIn(
        self, request: identity_pb2.CompleteSignInRequest, context: Context
    ) -> identity_pb2.SessionTokens:
        """Begins a session with a second factor; a wrong one is counted before it is refused."""
        async with self.database.unit() as unit:
            opened = await self.second_step.complete(unit, request.challenge, wire.answer(request))
        if opened is None:
            raise Failure(Reason.WRONG_SECOND_FACTOR)
        return wire.tokens(opened)

    async def RefreshSession(
        self, request: identity_pb2.RefreshSessionRequest, context: Context
    ) -> identity_pb2.SessionTokens:
        """Goes on with a session, with a new refresh token; the old one is used up only if all of that succeeds."""
        async with self.database.unit() as unit:
            redeemed = await self._redeem(unit, request.refresh_token)
            if redeemed:
                return wire.tokens(await self.sessions.proceed(unit, *redeemed, request.organization))
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
        if account is None and not caller.is_service_account:
            raise Failure(Reason.UNAUTHENTICATED)
        return wire.caller(caller, account)

    async def GetJsonWebKeySet(
        self, request: identity_pb2.GetJsonWebKeySetRequest, context: Context
    ) -> identity_pb2.JsonWebKeySet:
        """Publishes the keys that verify access tokens."""
        return wire.key_set(await self.keys.public_keys())

    async def _account_of(self, email: str, password: str) -> Account:
        """Returns the account of an address and its password, hashed as passwords are hashed now.

        Raises:
            Failure: WRONG_CREDENTIALS; it takes as long whether there is no such account or it has another password.
        """
        async with self.database.unit() as unit:
            account = await store.account_by_email(unit, email)
        if account:
            calls.concern(account.id)
        if not await passwords.verify(password, account.password_hash if account else None) or account is None:
            raise Failure(Reason.WRONG_CREDENTIALS)
        if not passwords.outdated(account.password_hash):
            return account
        renewed = await passwords.hash_password(password)
        async with self.database.unit() as unit:
            changed = await store.change_password(unit, account.id, account.password_hash, renewed)
        # Another sign-in may have been faster, or the password is another by now.
        return replace(account, password_hash=renewed) if changed else await self._account_of(email, password)

    async def _end(self, unit: Unit, session: UUID, now: datetime) -> None:
        """Ends a session: its refresh token is void, and from the commit on its access tokens are."""
        await store.end_session(unit, session, now)
        unit.afterwards(partial(self.access.announce, Change(session=str(session))))

    async def _redeem(self, unit: Unit, token: str) -> tuple[Session, Account] | None:
        """Uses a refresh token up and returns its session; a used one ends the session for everybody."""
        now = _now()
        presented = await store.present(unit, token)
        session = presented.session if presented else None
        account = await store.account(unit, session.account) if session else None
        if presented is None or session is None or account is None:
            return None
        calls.concern(account.id)
        verdict = domain.outcome(session, presented.issued_at, presented.used_at, now)
        if verdict is RefreshOutcome.REVOKE_FAMILY:
            await self._end(unit, session.id, now)
            revoked = event("account.session_revoked", account, "had a session revoked: its token was used twice")
            unit.record(revoked, session.organization or account.id)
        if verdict is not RefreshOutcome.CONTINUE:
            return None
        await store.use_token(unit, token, now)
        return session, account


def _now() -> datetime:
    return datetime.now(UTC)
