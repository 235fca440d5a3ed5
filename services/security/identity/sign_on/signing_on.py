"""Signing in with a connection: from the browser's leaving to a session, and whose session that is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

import structlog

from services.mesh import identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.tokens import SEVERAL_FACTORS
from services.security.identity import store as accounts
from services.security.identity.domain import SINGLE_SIGN_ON, Account, Opened
from services.security.identity.memberships import Memberships
from services.security.identity.sign_on import domain, id_token, store, wire
from services.security.identity.sign_on.domain import Attempt, Begun, Connection, Person
from services.security.identity.sign_on.provider import Metadata, Provider, Tokens, authorization_url
from services.security.identity.sign_on.sealing import Sealing
from services.security.identity.signing_in import Sessions, event

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser brings back from a provider: `state`, `code`, `iss` (RFC 9207), and the attempt's proof."""

    state: str
    code: str
    proof: str
    issuer: str


class _KnownAlreadyError(Exception):
    """Somebody else has noted in the meantime whose account a subject is."""


@dataclass
class SignOn:
    """Signs people in with connections. No transaction is open while a provider is asked.

    Args:
        database: Where connections and attempts are.
        provider: Speaks with providers.
        sealing: Opens client secrets.
        memberships: What the core plane knows.
        sessions: Opens sessions.
        web_address: The base URL of the pages that browsers show.
    """

    database: Database
    provider: Provider
    sealing: Sealing
    memberships: Memberships
    sessions: Sessions
    web_address: str

    async def begin(self, organization: UUID, identifier: UUID) -> tuple[Begun, str]:
        """Returns a new attempt, and where to send the browser.

        Raises:
            Failure: NOT_FOUND; there is no such connection, or it is disabled. PROVIDER_UNAVAILABLE.
        """
        async with self.database.unit() as unit, unit.within(organization):
            connection = await _usable(unit, identifier)
        metadata = await self.provider.metadata(connection)
        begun = domain.begin(identifier, _now())
        async with self.database.unit() as unit, unit.within(organization):
            await store.add_attempt(unit, begun.attempt, _now())
        redirect_uri = wire.redirect_uri(self.web_address, organization, identifier)
        return begun, authorization_url(connection, metadata, begun.attempt, begun.state, redirect_uri)

    async def complete(self, organization: UUID, identifier: UUID, answer: Answer) -> Opened:
        """Returns the session of who comes back from a provider; the attempt is used up, however that ends.

        Raises:
            Failure: SIGN_ON_FAILED, SIGN_ON_REFUSED, PROVIDER_UNAVAILABLE, UNAVAILABLE.
        """
        async with self.database.unit() as unit, unit.within(organization):
            attempt = await store.take_attempt(unit, identifier, domain.digest(answer.state))
            connection = await store.get(unit, identifier)
        attempt = domain.require_current(attempt, answer.proof, _now())
        if connection is None or connection.disabled:
            raise Failure(Reason.SIGN_ON_FAILED)
        person = await self._person(organization, connection, attempt, answer)
        domain.require_eligible(connection, person)
        account = await self._account(organization, connection, person)
        admitted = await self.memberships.admit(account.id, organization, connection.default_role)
        if admitted is None:
            raise Failure(Reason.SIGN_ON_REFUSED, "You aren't a member of this organization. Ask to be invited.")
        domain.require_no_owner(admitted.roles)
        async with self.database.unit() as unit:
            where = names.join("organizations", organization)
            return await self.sessions.open(unit, account, where, _methods(connection, person))

    async def _person(self, organization: UUID, connection: Connection, attempt: Attempt, answer: Answer) -> Person:
        """Returns whom the provider vouches for."""
        metadata = await self.provider.metadata(connection)
        if answer.issuer != connection.issuer and (answer.issuer or metadata.says_issuer):
            raise _failed(connection, "another provider sent the browser back")
        secret = await self.sealing.open(connection.id, connection.sealed_secret)
        redirect_uri = wire.redirect_uri(self.web_address, organization, connection.id)
        tokens = await self.provider.tokens(connection, metadata, attempt, answer.code, redirect_uri, secret)
        keys = await self.provider.keys(connection, metadata)
        try:
            claims = id_token.verify(
                tokens.id_token,
                keys,
                issuer=connection.issuer,
                client_id=connection.client_id,
                nonce=attempt.nonce,
            )
        except id_token.InvalidIdTokenError as error:
            raise _failed(connection, str(error)) from error
        person = wire.person(await self._complemented(connection, metadata, tokens, claims))
        # Only what is signed counts.
        return replace(person, second_factor=wire.second_factor(claims))

    async def _complemented(
        self, connection: Connection, metadata: Metadata, tokens: Tokens, claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Returns the claims, with what else the provider says of the same subject where they lack the address."""
        if "email" in claims:
            return claims
        said = await self.provider.userinfo(connection, metadata, tokens)
        return {**said, **claims} if said.get("sub") == claims["sub"] else claims

    async def _account(self, organization: UUID, connection: Connection, person: Person) -> Account:
        """Returns the account of a provider's subject: known, a member's own, or one made for the organization."""
        async with self.database.unit() as unit, unit.within(organization):
            known = await store.known(unit, connection, person.subject)
            found = await accounts.account(unit, known) if known else None
            own = await accounts.account_by_email(unit, person.email)
        if known:
            return found or _lost(connection)
        try:
            return await self._linked(organization, connection, person, own) or await self._made(
                organization, connection, person
            )
        except _KnownAlreadyError:
            return await self._account(organization, connection, person)

    async def _linked(
        self, organization: UUID, connection: Connection, person: Person, own: Account | None
    ) -> Account | None:
        """Returns the person's own account, from now on the subject's, where it is a member of the organization.

        docs/adr says why only then.
        """
        membership = await self.memberships.admit(own.id, organization, "") if own else None
        if own is None or membership is None:
            return None
        domain.require_no_owner(membership.roles)
        async with self.database.unit() as unit, unit.within(organization):
            await _recognize(unit, connection, person, own)
            unit.record(event("account.linked", own, f"was linked to {connection.display_name or connection.issuer}"))
        return own

    async def _made(self, organization: UUID, connection: Connection, person: Person) -> Account:
        """Returns a new account that the organization manages."""
        if not connection.default_role:
            raise Failure(Reason.SIGN_ON_REFUSED, "You aren't a member of this organization. Ask to be invited.")
        account = Account(identifiers.new(), person.email, person.display_name, "", _now(), managed_by=organization)
        async with self.database.unit() as unit, unit.within(organization):
            await accounts.add_account(unit, account)
            await _recognize(unit, connection, person, account)
            unit.record(event("account.created", account, "came by single sign-on"))
        return account


async def _usable(unit: Unit, identifier: UUID) -> Connection:
    found = await store.get(unit, identifier)
    if found is None or found.disabled:
        raise not_found(wire.name(unit.organization, identifier))
    return found


async def _recognize(unit: Unit, connection: Connection, person: Person, account: Account) -> None:
    if not await store.recognize(unit, connection, person.subject, account.id, _now()):
        raise _KnownAlreadyError


def _methods(connection: Connection, person: Person) -> tuple[str, ...]:
    """Returns how somebody proved who they are, as a session keeps it.

    A provider that says nothing of a second factor asked for none, unless the organization knows better (ASVS V6.8.4).
    """
    strong = connection.vouches_for_second_factor or person.second_factor
    return (SINGLE_SIGN_ON, SEVERAL_FACTORS) if strong else (SINGLE_SIGN_ON,)


def _lost(connection: Connection) -> NoReturn:
    raise _failed(connection, "the account is gone")


def _failed(connection: Connection, why: str) -> Failure:
    _LOG.warning("a sign-on failed", connection=str(connection.id), why=why[:500])
    return Failure(Reason.SIGN_ON_FAILED)


def _now() -> datetime:
    return datetime.now(UTC)
