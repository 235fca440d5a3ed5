"""New passwords for forgotten ones: the operator issues a code, and whoever has it sets the password."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from xorb.security.v1 import password_pb2, password_pb2_grpc

from services.mesh import calls, names
from services.mesh.access.model import Announcer, Change
from services.mesh.calls import Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context
from services.security.identity import domain, guessable, passwords, store, typed_codes
from services.security.identity.challenges import store as challenges
from services.security.identity.challenges.domain import Challenge, Purpose
from services.security.identity.domain import Account
from services.security.identity.signing_in import event
from services.security.identity.throttle import Throttle

LIFETIME = timedelta(hours=1)
"""How long a code is good."""


@dataclass
class PasswordResetsServicer(password_pb2_grpc.PasswordResetsServiceServicer):
    """Serves `xorb.security.v1.PasswordResetsService`, to the operator."""

    database: Database

    async def IssuePasswordReset(  # noqa: N802 - gRPC's name
        self, request: password_pb2.IssuePasswordResetRequest, context: Context
    ) -> password_pb2.PasswordReset:
        """Issues a code, the only one that is good for the account."""
        code, end = typed_codes.new(), _now() + LIFETIME
        async with self.database.unit() as unit:
            account = await store.account_by_email(unit, domain.normalize_email(request.email))
            if account is None:
                raise Failure(Reason.NOT_FOUND, "No person's own account has this address.")
            await challenges.remove(unit, account.id, Purpose.PASSWORD_RESET)
            issued = Challenge(typed_codes.digest(code), Purpose.PASSWORD_RESET, account.id, "", b"", end)
            await challenges.add(unit, issued)
            what = "was issued a code to set a new password"
            unit.record(event("account.password_reset_issued", account, what), account.id)
        return password_pb2.PasswordReset(account=names.join("accounts", account.id), code=code, expire_time=end)


@dataclass
class Resetting:
    """Sets passwords with codes.

    Args:
        database: Where accounts and codes are.
        access: Told that the sessions end.
        throttle: Keeps codes from being guessed; counts together with passwords.
    """

    database: Database
    access: Announcer
    throttle: Throttle

    async def reset(self, email: str, code: str, password: str) -> None:
        """Gives the account of an address a new password, and ends its sessions.

        It takes as long, and says the same, whether there is no such account or the code is wrong.

        Raises:
            Failure: INVALID_RESET_CODE, RATE_LIMITED, UNAVAILABLE; INVALID_FIELD for a password that others would
                guess, after which the code is still good.
        """
        email = domain.normalize_email(email)
        attempt = await self.throttle.begin(email, calls.current().address)
        async with self.database.unit() as unit:
            account = await _owner(unit, email, code)
        await self.throttle.succeeded(attempt)
        guessable.refuse("new_password", password, (account.email, account.display_name))
        hashed = await passwords.hash_password(password)
        calls.current().caller = Caller(names.join("accounts", account.id))
        async with self.database.unit() as unit:
            # Again: another call may have used the code while this one hashed.
            await _set(unit, await _owner(unit, email, code), hashed)
            unit.afterwards(partial(self.access.announce, Change(account=account.id)))


async def _owner(unit: Unit, email: str, code: str) -> Account:
    """Returns the account that an address and a code are of; nobody else uses the code until the unit ends."""
    account = await store.account_by_email(unit, email)
    if account:
        calls.concern(account.id)
    try:
        issued = await challenges.take(unit, typed_codes.plain(code), Purpose.PASSWORD_RESET, _now())
    except Failure as error:
        raise Failure(Reason.INVALID_RESET_CODE) from error
    if account is None or issued.account != account.id:
        raise Failure(Reason.INVALID_RESET_CODE)
    return account


async def _set(unit: Unit, account: Account, hashed: str) -> None:
    if not await store.change_password(unit, account.id, account.password_hash, hashed):
        raise Failure(Reason.WRONG_CREDENTIALS, "The password was changed in the meantime.")
    # With the code go sign-ins that have begun with the old password.
    await challenges.remove(unit, account.id)
    await store.end_others(unit, account.id, None, _now())
    unit.record(event("account.password_reset", account, "set a new password with a code of the operator"), account.id)


def _now() -> datetime:
    return datetime.now(UTC)
