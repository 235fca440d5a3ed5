"""What every way of signing in ends with: a session and its tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import grpc
import grpc.aio

from services.mesh import calls, identifiers, names
from services.mesh.calls import NO_ORGANIZATION, Caller
from services.mesh.database import Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer
from services.security.identity import domain, store
from services.security.identity.domain import Account, Membership, Opened, Session
from services.security.identity.memberships import Memberships
from services.security.identity.sign_on.domain import require_no_owner


@dataclass
class Sessions:
    """Opens sessions and goes on with them.

    Args:
        issuer: Signs access tokens.
        memberships: What the core plane knows.
        access_token_lifetime: How long an access token is valid.
    """

    issuer: Issuer
    memberships: Memberships
    access_token_lifetime: timedelta

    async def open(self, unit: Unit, account: Account, organization: str, methods: Sequence[str]) -> Opened:
        """Opens the session of somebody who has proved who they are; it begins when the unit commits.

        Args:
            unit: Where the session is added, and told of.
            account: Who signs in; the rest of the call is done in their name.
            organization: The name of the organization to work in; empty for the one joined first.
            methods: How they proved it: `amr` values of RFC 8176, such as `pwd`.

        Raises:
            Failure: NOT_FOUND; the account is no member of the organization asked for. UNAVAILABLE.
        """
        calls.current().caller = Caller(names.join("accounts", account.id))
        membership = await self.memberships.resolve(account.id, organization)
        session = domain.begin(identifiers.new(), account, membership.organization, methods, _now())
        await store.add_session(unit, session)
        _identify(session)
        tell(unit, account, "account.signed_in", "signed in", membership.organization)
        return await self._opened(unit, session, account, membership)

    async def proceed(self, unit: Unit, session: Session, account: Account, organization: str) -> Opened:
        """Goes on with a session, for an organization or, where none is given, for the same as before.

        Raises:
            Failure: NOT_FOUND; the account is no member of the organization asked for. UNAVAILABLE.
        """
        membership = await (self._confined if session.confined else self._membership)(session, organization)
        await store.move_session(unit, session.id, membership.organization)
        _identify(replace(session, organization=membership.organization))
        return await self._opened(unit, session, account, membership)

    async def _opened(self, unit: Unit, session: Session, account: Account, membership: Membership) -> Opened:
        expires_at = _now() + self.access_token_lifetime
        access_token = await self._access_token(session, membership)
        refresh_token = domain.new_refresh_token()
        await store.add_refresh_token(unit, session.id, refresh_token, _now())
        return Opened(access_token, expires_at, refresh_token, account, membership)

    async def _membership(self, session: Session, organization: str) -> Membership:
        """Returns where a session goes on: where asked to, or where it was, or elsewhere for who was removed there."""
        if not organization and session.organization:
            try:
                same = names.join("organizations", session.organization)
                return await self.memberships.resolve(session.account, same)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
        return await self.memberships.resolve(session.account, organization)

    async def _confined(self, session: Session, organization: str) -> Membership:
        """Returns where a session goes on that is good in one organization only, and for nobody who owns it."""
        same = names.join("organizations", session.organization or "")
        if organization not in {"", same}:
            raise not_found(organization)
        membership = await self.memberships.resolve(session.account, same)
        require_no_owner(membership.roles)
        return membership

    async def _access_token(self, session: Session, membership: Membership) -> str:
        claims = {
            "sub": names.join("accounts", session.account),
            "org": str(membership.organization or ""),
            "sid": str(session.id),
            "roles": list(membership.roles),
            "amr": list(session.methods),
            "confined": session.confined,
            "auth_time": int(session.created_at.timestamp()),
        }
        return await self.issuer.issue(ACCOUNT_AUDIENCE, self.access_token_lifetime, claims)


def _identify(session: Session) -> None:
    """Puts the session's name, too, to what the rest of a public call does."""
    caller = Caller(names.join("accounts", session.account), session.organization or NO_ORGANIZATION)
    calls.current().caller = replace(caller, session=str(session.id))


def tell(unit: Unit, account: Account, kind: str, what: str, organization: UUID | None = None) -> None:
    """Records what became of an account in its own log, and in that of the organization that it works in.

    Args:
        unit: The transaction.
        account: The account.
        kind: The event's type, such as `account.signed_in`.
        what: How its line goes on after the account's name, such as `signed in`.
        organization: The organization; that of the unit where it isn't given.
    """
    for log in {organization or unit.organization, account.id} - {calls.NO_ORGANIZATION}:
        unit.record(event(kind, account, what), log)


def event(kind: str, account: Account, what: str) -> Event:
    """Returns an event of an account; `what` goes on where its name ends, such as `signed in`."""
    return Event(kind, names.join("accounts", account.id), f"{account.display_name} {what}")


def _now() -> datetime:
    return datetime.now(UTC)
