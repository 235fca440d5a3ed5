"""The factors and passkeys services of the small platform."""

from typing import Any

from google.protobuf import empty_pb2
from google.rpc import code_pb2
from xorb.security.v1 import factor_pb2, factor_pb2_grpc, passkey_pb2, passkey_pb2_grpc

from tests.cli.platform import PASSWORD, Platform, fail

SECRET = "JBSWY3DPEHPK3PXP"
CODE, RECOVERY = "123456", "k7dm-2xqa-pz5t-w3hb"


def _prove(request: Any, context: Any) -> None:
    if request.proof.password != PASSWORD:
        fail(context, code_pb2.PERMISSION_DENIED, "REAUTHENTICATION_REQUIRED", "Prove that it is still you.")


class Factors(factor_pb2_grpc.FactorsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def GetSecondFactors(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return factor_pb2.SecondFactors(passkeys=len(self.platform.passkeys), recovery_codes=7)

    def EnrollTotp(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        _prove(request, context)
        return factor_pb2.TotpEnrollment(secret=SECRET, uri=f"otpauth://totp/XORB:ada?secret={SECRET}&issuer=XORB")

    def ConfirmTotp(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        if request.code != CODE:
            fail(context, code_pb2.INVALID_ARGUMENT, "INVALID_FIELD", "code: wrong")
        self.platform.codes = {CODE, RECOVERY}
        return factor_pb2.RecoveryCodes(codes=[RECOVERY])

    def RemoveTotp(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        _prove(request, context)
        self.platform.codes.clear()
        return factor_pb2.SecondFactors()

    def RegenerateRecoveryCodes(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        _prove(request, context)
        return factor_pb2.RecoveryCodes(codes=[RECOVERY])


class Passkeys(passkey_pb2_grpc.PasskeysServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListPasskeys(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return passkey_pb2.ListPasskeysResponse(passkeys=self.platform.passkeys)

    def UpdatePasskey(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        (found,) = [one for one in self.platform.passkeys if one.name == request.passkey.name]
        found.display_name = request.passkey.display_name
        return found

    def RemovePasskey(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        _prove(request, context)
        self.platform.passkeys = [one for one in self.platform.passkeys if one.name != request.name]
        return empty_pb2.Empty()
