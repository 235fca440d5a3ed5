"""The factors service."""

from dataclasses import dataclass
from uuid import UUID

from xorb.security.v1 import factor_pb2, factor_pb2_grpc

from services.mesh import names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.security.identity import store as account_store
from services.security.identity import wire as identity_wire
from services.security.identity.domain import Account
from services.security.identity.factors import codes, store, totp, wire
from services.security.identity.factors.codes import Codes
from services.security.identity.passkeys import store as passkey_store
from services.security.identity.reauthentication import Reauthentication, own
from services.security.identity.signing_in import tell


@dataclass
class FactorsServicer(factor_pb2_grpc.FactorsServiceServicer):
    """Serves `xorb.security.v1.FactorsService`; everybody for themselves.

    Args:
        database: Where factors are.
        codes: Looks at codes, and makes new ones.
        reauthentication: Asks for proofs.
    """

    database: Database
    codes: Codes
    reauthentication: Reauthentication

    async def GetSecondFactors(
        self, request: factor_pb2.GetSecondFactorsRequest, context: Context
    ) -> factor_pb2.SecondFactors:
        """Shows which second factors there are."""
        account = _own(request.account)
        async with self.database.unit() as unit:
            return await _shown(unit, account)

    async def EnrollTotp(self, request: factor_pb2.EnrollTotpRequest, context: Context) -> factor_pb2.TotpEnrollment:
        """Begins with an authenticator app."""
        account = await self._proved(request.account, request.proof)
        async with self.database.unit() as unit:
            secret = await self.codes.new_totp(unit, account)
        return factor_pb2.TotpEnrollment(secret=secret, uri=totp.uri(secret, account.email))

    async def ConfirmTotp(self, request: factor_pb2.ConfirmTotpRequest, context: Context) -> factor_pb2.RecoveryCodes:
        """Confirms an authenticator app; a wrong code is counted before it is refused."""
        owner, first = _own(request.account), None
        async with self.database.unit() as unit:
            account, found = await account_store.account(unit, owner), await store.totp(unit, owner)
            if account is None or found is None or found.confirmed_at:
                raise Failure(Reason.NOT_FOUND, "There is no authenticator app that awaits its first code.")
            if await self.codes.confirm(unit, found, request.code):
                first = await codes.first_recovery_codes(unit, owner)
                tell(unit, account, "account.factor_added", "added an authenticator app")
        if first is None:
            raise invalid_field("code", "The app doesn't show this code now. Is the device's clock right?")
        return wire.recovery_codes(first)

    async def RemoveTotp(self, request: factor_pb2.RemoveTotpRequest, context: Context) -> factor_pb2.SecondFactors:
        """Removes the authenticator app, and the recovery codes with the last factor."""
        account = await self._proved(request.account, request.proof)
        async with self.database.unit() as unit:
            if await store.totp(unit, account.id) is None:
                raise not_found(f"authenticator app of {request.account}")
            await store.remove_totp(unit, account.id)
            if not await passkey_store.every(unit, account.id):
                await store.remove_codes(unit, account.id)
            tell(unit, account, "account.factor_removed", "removed the authenticator app")
            return await _shown(unit, account.id)

    async def RegenerateRecoveryCodes(
        self, request: factor_pb2.RegenerateRecoveryCodesRequest, context: Context
    ) -> factor_pb2.RecoveryCodes:
        """Replaces the recovery codes."""
        account = await self._proved(request.account, request.proof)
        async with self.database.unit() as unit:
            found = await store.totp(unit, account.id)
            if not (found and found.confirmed_at) and not await passkey_store.every(unit, account.id):
                raise Failure(Reason.ILLEGAL_TRANSITION, "Add an authenticator app or a passkey first.")
            renewed = await codes.new_recovery_codes(unit, account.id)
            tell(unit, account, "account.recovery_codes_replaced", "replaced the recovery codes")
        return wire.recovery_codes(renewed)

    async def _proved(self, name: str, proof: factor_pb2.Proof) -> Account:
        return await self.reauthentication.require(_own(name), identity_wire.proof(proof))


async def _shown(unit: Unit, account: UUID) -> factor_pb2.SecondFactors:
    passkeys = len(await passkey_store.every(unit, account))
    return wire.second_factors(await store.totp(unit, account), passkeys, await store.codes_left(unit, account))


def _own(name: str) -> UUID:
    (account,) = names.parse("accounts/{account}", name)
    return own(account, name)
