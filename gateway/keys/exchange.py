"""API keys for access tokens: asked of the security plane once a minute for each key, however often it is used."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC

import grpc
import grpc.aio
from xorb.security.v1 import api_key_pb2, api_key_pb2_grpc

from services.mesh import api_keys

# As often as a key's last use is written down; the token itself is good for longer.
_AGAIN_SECONDS = 60.0
_MARGIN_SECONDS = 5.0
_TIMEOUT_SECONDS = 5.0
_MOST = 10_000


class Refused(Exception):
    """It isn't a key that can be used."""


class Unreachable(Exception):
    """Nobody can say what the key is good for."""


@dataclass
class Exchange:
    """Exchanges keys, and remembers what it got.

    What is remembered grants nothing by itself: every call asks what the key may do now (docs/adr/0005), so a key
    that was revoked acts no more, whatever is remembered here.

    Args:
        channel: Gives a channel to the security plane.
        clock: Seconds of a clock that never goes back.
    """

    channel: Callable[[], grpc.aio.Channel]
    clock: Callable[[], float] = time.monotonic
    _tokens: dict[bytes, tuple[float, str]] = field(default_factory=dict, repr=False)
    _asking: dict[bytes, asyncio.Task[str]] = field(default_factory=dict, repr=False)

    async def token(self, text: str) -> str:
        """Returns an access token for a key.

        Raises:
            Refused: It isn't a key, or is unknown, or has ended.
            Unreachable: The security plane isn't there.
        """
        key = api_keys.parse(text)
        if key is None:
            raise Refused
        known = self._tokens.get(key.digest)
        if known is not None and known[0] > self.clock():
            return known[1]
        asking = self._asking.get(key.digest)
        if asking is None:
            asking = self._asking[key.digest] = asyncio.create_task(self._ask(key.digest, text))
            asking.add_done_callback(lambda task: self._asked(key.digest, task))
        return await asyncio.shield(asking)

    async def _ask(self, digest: bytes, text: str) -> str:
        stub = api_key_pb2_grpc.ApiKeysServiceStub(self.channel())
        try:
            got = await stub.ExchangeApiKey(api_key_pb2.ExchangeApiKeyRequest(key=text), timeout=_TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError as error:
            self._tokens.pop(digest, None)
            raise (Refused if error.code() is grpc.StatusCode.UNAUTHENTICATED else Unreachable) from error
        left = got.expire_time.ToDatetime(UTC).timestamp() - time.time() - _MARGIN_SECONDS
        if len(self._tokens) >= _MOST:
            self._tokens.clear()
        self._tokens[digest] = (self.clock() + min(_AGAIN_SECONDS, left), got.access_token)
        return str(got.access_token)

    def _asked(self, digest: bytes, task: asyncio.Task[str]) -> None:
        self._asking.pop(digest, None)
        if not task.cancelled():
            # Whoever asked has the exception; if all of them left, nobody needs it.
            task.exception()
