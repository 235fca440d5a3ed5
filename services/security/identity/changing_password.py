"""The passwords service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from google.protobuf import empty_pb2
from xorb.security.v1 import password_pb2, password_pb2_grpc

from services.mesh import calls, names
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.security.identity import guessable, passwords, store
from services.security.identity.challenges import store as challenges
from services.security.identity.domain import Account
from services.security.identity.resetting_password import Resetting
from services.security.identity.throttle import Throttle


@dataclass
class PasswordsServicer(password_pb2_grpc.PasswordsServiceServicer):
    """Serves `xorb.security.v1.PasswordsService`; everybody for themselves.

    Args:
        database: Where accounts and sessions are.
        access: Told when a session ends.
        throttle: Keeps the current password from being guessed with a stolen token.
        resetting: Sets forgotten ones.
    """

    database: Database
    access: Announcer
    throttle: Throttle
    resetting: Resetting

    async def ChangePassword(  # noqa: N802 - gRPC's name
        self, request: password_pb2.ChangePasswordRequest, context: Context
    ) -> empty_pb2.Empty:
        """Changes the caller's password and ends the account's other sessions."""
        account = await self._own(request.name)
        attempt = await self.throttle.begin(account.email, calls.current().address)
        if not await passwords.verify(request.current_password, account.password_hash):
            raise Failure(Reason.WRONG_CREDENTIALS, "The current password isn't right.")
        await self.throttle.succeeded(attempt)
        if request.new_password == request.current_password:
            raise invalid_field("new_password", "it is the current one. Choose another.")
        guessable.refuse("new_password", request.new_password, (account.email, account.display_name))
        hashed = await passwords.hash_password(request.new_password)
        async with self.database.unit() as unit:
            if not await store.change_password(unit, account.id, account.password_hash, hashed):
                raise Failure(Reason.WRONG_CREDENTIALS, "The password was changed in the meantime.")
            # Sign-ins that have begun with the old password end as well, and so does an operator's code for another.
            await challenges.remove(unit, account.id)
            await store.end_others(unit, account.id, UUID(calls.current().caller.session), datetime.now(UTC))
            unit.afterwards(partial(self.access.announce, Change(account=account.id)))
            unit.record(Event("account.password_changed", unit.actor, "An account changed its password"))
        return empty_pb2.Empty()

    async def ResetPassword(  # noqa: N802 - gRPC's name
        self, request: password_pb2.ResetPasswordRequest, context: Context
    ) -> empty_pb2.Empty:
        """Sets a new password with a code of the operator."""
        await self.resetting.reset(request.email, request.code, request.new_password)
        return empty_pb2.Empty()

    async def _own(self, name: str) -> Account:
        (wanted,) = names.parse("accounts/{account}", name)
        if wanted != calls.current().caller.account:
            raise not_found(name)
        async with self.database.unit() as unit:
            account = await store.account(unit, wanted)
        if account is None:
            raise not_found(name)
        return account
