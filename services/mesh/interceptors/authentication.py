"""Finds out who calls: from the connection's certificate, and from the bearer token (RFC 6750) in the metadata."""

from services.mesh.calls import Call, Caller
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context, Gate
from services.mesh.peers import Peers
from services.mesh.policies import Method
from services.mesh.tokens import Verifier


class Authentication(Gate):
    """The layer that knows the caller. Envoy has verified the token already; the mesh doesn't take its word."""

    def __init__(self, verifier: Verifier, peers: Peers | None = None) -> None:
        self._verifier = verifier
        self._peers = peers

    async def open(self, call: Call, method: Method, context: Context) -> None:
        """Sets the call's caller.

        Raises:
            Failure: UNAUTHENTICATED; the connection is nobody's, or the method isn't public and there is no valid
                token, or it is the token of another service.
        """
        if self._peers is not None:
            call.identity = self._peers.identity(context.invocation_metadata() or ())
        if not method.policy.public:
            call.caller = await self._caller(context)
            self._require_own(call)

    def _require_own(self, call: Call) -> None:
        """Refuses a service's token on a connection that isn't that service's: two proofs must be of the same."""
        if self._peers is not None and call.caller.role and call.caller.role != call.identity:
            raise Failure(Reason.UNAUTHENTICATED)

    async def _caller(self, context: Context) -> Caller:
        given = [str(value) for key, value in context.invocation_metadata() or () if key == "authorization"]
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            raise Failure(Reason.UNAUTHENTICATED)
        return await self._verifier.verify(token)
