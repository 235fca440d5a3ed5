"""Second factors on the wire."""

from collections.abc import Sequence

from xorb.security.v1 import factor_pb2

from services.security.identity.factors.domain import Totp


def second_factors(app: Totp | None, passkeys: int, codes_left: int) -> factor_pb2.SecondFactors:
    """Returns which second factors an account has; an app that isn't confirmed is none."""
    confirmed = app.confirmed_at if app else None
    return factor_pb2.SecondFactors(totp_confirm_time=confirmed, passkeys=passkeys, recovery_codes=codes_left)


def recovery_codes(codes: Sequence[str]) -> factor_pb2.RecoveryCodes:
    """Returns recovery codes, the only time that they are shown."""
    return factor_pb2.RecoveryCodes(codes=codes)
