"""Looks at the codes that people type, and makes new ones."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.mesh.cipher import Cipher
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.security.identity.domain import Account
from services.security.identity.factors import domain, store, totp
from services.security.identity.factors.domain import Totp


@dataclass
class Codes:
    """One-time codes and recovery codes. What it finds wrong is counted in the unit, so the unit must commit.

    Args:
        cipher: Keeps the secrets that are shared with authenticator apps.
    """

    cipher: Cipher

    async def new_totp(self, unit: Unit, account: Account) -> str:
        """Adds an authenticator app that isn't confirmed, in place of another such one, and returns its secret.

        Raises:
            Failure: ALREADY_EXISTS; a confirmed one is there. UNAVAILABLE.
        """
        found = await store.totp(unit, account.id)
        if found and found.confirmed_at:
            raise Failure(Reason.ALREADY_EXISTS, "There is an authenticator app. Remove it first.")
        secret = totp.new_secret()
        sealed = await self.cipher.encrypt(secret.encode(), account.id.bytes)
        await store.remove_totp(unit, account.id)
        await store.add_totp(unit, Totp(account.id, sealed, _now()))
        return secret

    async def is_totp(self, unit: Unit, account: UUID, code: str) -> bool:
        """Returns whether a code is one of the confirmed app's that wasn't used before; then it is used now.

        Raises:
            Failure: RATE_LIMITED; there were too many wrong ones. UNAVAILABLE.
        """
        found = await store.totp(unit, account)
        return found is not None and found.confirmed_at is not None and await self._use(unit, found, code)

    async def confirm(self, unit: Unit, found: Totp, code: str) -> bool:
        """Confirms an app if the code is one of its; returns whether it is.

        Raises:
            Failure: RATE_LIMITED; there were too many wrong ones. UNAVAILABLE.
        """
        if not await self._use(unit, found, code):
            return False
        await store.confirm_totp(unit, found.account, _now())
        return True

    async def _use(self, unit: Unit, found: Totp, code: str) -> bool:
        now = _now()
        if wait := found.wait(now):
            seconds = int(wait.total_seconds()) + 1
            text = f"Too many wrong codes. Wait {seconds} seconds, or use a recovery code or a passkey."
            raise Failure(Reason.RATE_LIMITED, text)
        secret = (await self.cipher.decrypt(found.secret, found.account.bytes)).decode()
        step = totp.step_of(secret, code, now, found.last_step)
        if step is None:
            await store.fail(unit, found.account, now)
            return False
        await store.use_step(unit, found.account, step)
        return True


async def is_recovery_code(unit: Unit, account: UUID, code: str) -> bool:
    """Returns whether a code is an unused recovery code; then it is used now."""
    return await store.use_code(unit, account, domain.recovery_digest(code), _now())


async def new_recovery_codes(unit: Unit, account: UUID) -> list[str]:
    """Returns new recovery codes in place of all others."""
    codes = domain.new_recovery_codes()
    await store.replace_codes(unit, account, [domain.recovery_digest(code) for code in codes], _now())
    return codes


async def first_recovery_codes(unit: Unit, account: UUID) -> list[str]:
    """Returns new recovery codes for an account that has none; nothing for one that has."""
    return [] if await store.codes_left(unit, account) else await new_recovery_codes(unit, account)


def _now() -> datetime:
    return datetime.now(UTC)
