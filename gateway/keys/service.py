"""Envoy's Authorization: what the edge asks about requests that come with an API key, and about no others.

The answer puts an access token in the key's place. Whatever comes after it, at the edge and behind it, knows nothing
of keys.
"""

import grpc
import grpc.aio

from gateway.keys import protocol
from gateway.keys.exchange import Exchange, Refused, Unreachable
from services.mesh.peers import Peers

ROLE = "keys"
"""What it is called by: a part of the bridge's process."""

_BEARER = "bearer "

Context = grpc.aio.ServicerContext[bytes, bytes]


class KeysServicer:
    """Serves `envoy.service.auth.v3.Authorization`.

    Args:
        exchange: Exchanges keys.
        peers: On whose connection requests come; None where there is no sidecar to tell.
    """

    def __init__(self, exchange: Exchange, peers: Peers | None = None) -> None:
        self._exchange = exchange
        self._peers = peers

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to a server."""
        handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]]
        handlers = {protocol.METHOD: grpc.unary_unary_rpc_method_handler(self.check)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(protocol.SERVICE, handlers),))

    async def check(self, request: bytes, context: Context) -> bytes:
        """Says with which token a request goes on, or that it doesn't; an error is UNAVAILABLE where nobody can."""
        if self._peers is not None and not self._peers.known(context.invocation_metadata() or ()):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Nobody may come past the sidecar.")
        authorization = protocol.authorization_of(request)
        if not authorization.lower().startswith(_BEARER):
            return protocol.denied()
        try:
            token = await self._exchange.token(authorization[len(_BEARER) :].strip())
        except Refused:
            return protocol.denied()
        except Unreachable:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Nobody can look at keys at the moment.")
        return protocol.admitted(f"Bearer {token}")
