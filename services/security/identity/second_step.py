"""The second step of signing in, for accounts with a second factor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.mesh import calls
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.security.identity import store
from services.security.identity.challenges import domain as challenges
from services.security.identity.challenges import store as challenge_store
from services.security.identity.challenges.domain import Challenge, Purpose
from services.security.identity.domain import Account, Answer, Demand, FactorKind, Opened
from services.security.identity.factors import codes
from services.security.identity.factors import store as factor_store
from services.security.identity.factors.codes import Codes
from services.security.identity.passkeys import store as passkey_store
from services.security.identity.passkeys.assertions import Assertions
from services.security.identity.signing_in import Sessions, tell

_METHODS = {FactorKind.TOTP: "otp", FactorKind.RECOVERY_CODE: "otp", FactorKind.PASSKEY: "pop"}
"""How RFC 8176 calls them."""


@dataclass
class SecondStep:
    """Asks for second factors, and opens sessions for right ones.

    Args:
        sessions: Opens sessions.
        codes: Looks at codes.
        assertions: Looks at what passkeys signed.
    """

    sessions: Sessions
    codes: Codes
    assertions: Assertions

    async def demand(self, unit: Unit, account: Account, organization: str) -> Demand | None:
        """Returns what is asked of somebody who knew the password; None for an account without a second factor.

        Args:
            unit: Where the challenge is added.
            account: Who signs in.
            organization: The name of the organization to work in afterwards; may be empty.
        """
        credentials = [one.credential for one in await passkey_store.every(unit, account.id)]
        totp = await factor_store.totp(unit, account.id)
        has_totp = totp is not None and totp.confirmed_at is not None
        if not has_totp and not credentials:
            return None
        kinds = {FactorKind.TOTP: has_totp, FactorKind.PASSKEY: bool(credentials)}
        kinds[FactorKind.RECOVERY_CODE] = await factor_store.codes_left(unit, account.id) > 0
        token, challenge = challenges.begin(Purpose.SECOND_FACTOR, _now(), account.id, organization)
        await challenge_store.add(unit, challenge)
        options = self.assertions.party.request_options(challenge.nonce, credentials) if credentials else ""
        return Demand(token, challenge.expires_at, tuple(kind for kind in FactorKind if kinds[kind]), options)

    async def complete(self, unit: Unit, token: str, answer: Answer) -> Opened | None:
        """Returns the session that a right answer opens; None for a wrong one, which is counted in the unit.

        Raises:
            Failure: INVALID_CHALLENGE, RATE_LIMITED, UNAVAILABLE; NOT_FOUND for an organization that the account is no
                member of. Then nothing was used up.
        """
        now = _now()
        challenge = await challenge_store.take(unit, token, Purpose.SECOND_FACTOR, now)
        account = await store.account(unit, challenge.account) if challenge.account else None
        if account is None:
            raise Failure(Reason.INVALID_CHALLENGE)
        calls.concern(account.id)
        if not await self._right(unit, account, challenge, answer):
            await challenge_store.fail(unit, challenge)
            tell(unit, account, "account.second_factor_refused", "gave a wrong second factor")
            return None
        await challenge_store.use(unit, challenge, now)
        methods = ["pwd", _METHODS[answer.kind], "mfa"]
        opened = await self.sessions.open(unit, account, challenge.organization, methods)
        if answer.kind is FactorKind.RECOVERY_CODE:
            organization = opened.membership.organization
            tell(unit, account, "account.recovery_code_used", "signed in with a recovery code", organization)
        return opened

    async def _right(self, unit: Unit, account: Account, challenge: Challenge, answer: Answer) -> bool:
        look: dict[FactorKind, Callable[[], Awaitable[object]]] = {
            FactorKind.TOTP: lambda: self.codes.is_totp(unit, account.id, answer.text),
            FactorKind.RECOVERY_CODE: lambda: codes.is_recovery_code(unit, account.id, answer.text),
            FactorKind.PASSKEY: lambda: self.assertions.passkey(unit, answer.text, challenge.nonce, account.id),
        }
        return bool(await look[answer.kind]())


def _now() -> datetime:
    return datetime.now(UTC)
