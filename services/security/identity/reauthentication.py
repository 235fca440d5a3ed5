"""Asks a signed-in account to prove anew who it is, before what a thief of its access token mustn't do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.mesh import calls, names
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason, not_found
from services.security.identity import passwords, store
from services.security.identity.domain import Account, Proof
from services.security.identity.factors import store as factor_store
from services.security.identity.factors.codes import Codes

_YOUNG = timedelta(minutes=5)


@dataclass
class Reauthentication:
    """Looks at proofs.

    Args:
        database: Where accounts are.
        codes: Looks at one-time codes.
    """

    database: Database
    codes: Codes

    async def require(self, identifier: UUID, proof: Proof) -> Account:
        """Returns the caller's account if the proof is right; a code is used up by that.

        An account that has nothing to prove with must have signed in within the last five minutes.

        Raises:
            Failure: REAUTHENTICATION_REQUIRED, RATE_LIMITED, UNAVAILABLE.
        """
        async with self.database.unit() as unit:
            account = await store.account(unit, identifier)
            has_totp = bool((totp := await factor_store.totp(unit, identifier)) and totp.confirmed_at)
        if account is None:
            raise not_found(names.join("accounts", identifier))
        if not await self._proved(account, proof, has_totp=has_totp):
            raise Failure(Reason.REAUTHENTICATION_REQUIRED)
        return account

    async def _proved(self, account: Account, proof: Proof, *, has_totp: bool) -> bool:
        if proof.password:
            return await passwords.verify(proof.password, account.password_hash)
        if proof.totp_code:
            async with self.database.unit() as unit:
                return await self.codes.is_totp(unit, account.id, proof.totp_code)
        return not account.password_hash and not has_totp and await self._is_young(account)

    async def _is_young(self, account: Account) -> bool:
        async with self.database.unit() as unit:
            session = await store.one_living(unit, account.id, UUID(calls.current().caller.session))
        return session is not None and session.created_at > datetime.now(UTC) - _YOUNG


def own(account: UUID, name: str) -> UUID:
    """Returns the account if it is the caller's, signed in to a session.

    Raises:
        Failure: NOT_FOUND; it is another's.
    """
    caller = calls.current().caller
    if account != caller.account or not caller.session:
        raise not_found(name)
    return account
