"""Finds out who calls, from the bearer token (RFC 6750) in the call's metadata."""

from services.mesh.calls import Call, Caller
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context, Gate
from services.mesh.policies import Method
from services.mesh.tokens import Verifier


class Authentication(Gate):
    """The layer that knows the caller. Envoy has verified the token already; the mesh doesn't take its word."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    async def open(self, call: Call, method: Method, context: Context) -> None:
        """Sets the call's caller.

        Raises:
            Failure: UNAUTHENTICATED; the method isn't public and there is no valid token.
        """
        if not method.policy.public:
            call.caller = await self._caller(context)

    async def _caller(self, context: Context) -> Caller:
        given = [str(value) for key, value in context.invocation_metadata() or () if key == "authorization"]
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            raise Failure(Reason.UNAUTHENTICATED)
        return await self._verifier.verify(token)
