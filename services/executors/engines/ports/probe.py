"""One port: is it open, what does it say, does it speak TLS or HTTP. At most four short connections."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.executors.domain import Address, Service
from services.executors.engine import printable
from services.executors.engines.ports.banners import understand
from services.executors.guard import Guard, Streams
from services.executors.lenient import client_hello, is_tls, lenient_context
from services.executors.pace import Pace

BANNER_BYTES = 512
"""What is read of a greeting; the rest is never received, let alone kept."""

_FAILURES = (OSError, TimeoutError, EOFError)
_HTTP_REQUEST = b"HEAD / HTTP/1.0\r\n\r\n"


@dataclass(frozen=True)
class Timing:
    """Seconds to wait for a connection and for each answer."""

    connect: float = 3.0
    answer: float = 1.5


@dataclass(frozen=True)
class Sighting:
    """An open port: the service, and whether it is one that takes passwords in clear text only."""

    service: Service
    cleartext_login: bool


class Probe:
    """Looks at ports of one host, through the guard and at the agreed pace.

    Attributes:
        answered: Whether any connection was taken or refused, which nobody does who isn't there.
    """

    def __init__(self, guard: Guard, pace: Pace, timing: Timing) -> None:
        self._guard = guard
        self._pace = pace
        self._timing = timing
        self._tls = lenient_context()
        self.answered = False

    async def look(self, host: Address | str, address: Address, port: int) -> Sighting | None:
        """Return what is at `port`, or None when it takes no connection."""
        try:
            async with self._connection(host, address, port) as streams:
                banner = await self._answer(streams)
                cleartext = await self._cleartext(streams, banner, port)
        except ConnectionRefusedError:
            self.answered = True
            return None
        except _FAILURES:
            return None
        self.answered = True
        if banner:
            return Sighting(_service(address, port, banner, tls=False), cleartext)
        return Sighting(await self._silent(host, address, port), cleartext_login=False)

    async def _silent(self, host: Address | str, address: Address, port: int) -> Service:
        """Find out about a service that waits for the client to speak: TLS first, then HTTP."""
        answer = await self._ask(host, address, port, client_hello(self._tls))
        if is_tls(answer):
            inside = await self._ask(host, address, port, _HTTP_REQUEST, self._tls)
            return _service(address, port, inside, tls=True)
        if not understand(answer, port).name:
            answer = await self._ask(host, address, port, _HTTP_REQUEST)
        return _service(address, port, answer, tls=False)

    async def _ask(
        self,
        host: Address | str,
        address: Address,
        port: int,
        question: bytes,
        tls: ssl.SSLContext | None = None,
    ) -> bytes:
        """Return the first bytes of the answer to `question`, none when there is no answer."""
        try:
            async with self._connection(host, address, port, tls) as streams:
                streams[1].write(question)
                return await self._answer(streams)
        except _FAILURES:
            return b""

    async def _cleartext(self, streams: Streams, banner: bytes, port: int) -> bool:
        name = understand(banner, port).name
        if name != "ftp":
            return name == "telnet"
        streams[1].write(b"AUTH TLS\r\n")  # RFC 4217 §4: 234 is a yes
        answer = await self._answer(streams)
        return answer[:1] == b"5"

    async def _answer(self, streams: Streams) -> bytes:
        try:
            async with asyncio.timeout(self._timing.answer):
                return await streams[0].read(BANNER_BYTES)
        except _FAILURES:
            return b""

    @asynccontextmanager
    async def _connection(
        self, host: Address | str, address: Address, port: int, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[Streams]:
        await self._pace.turn()
        async with asyncio.timeout(self._timing.connect):
            streams = await self._guard.connect(host, port, tls, BANNER_BYTES, address)
        try:
            yield streams
        finally:
            streams[1].transport.abort()


def _service(address: Address, port: int, answer: bytes, *, tls: bool) -> Service:
    greeting = understand(answer, port)
    name = {"http": "https", "": "ssl"}.get(greeting.name, greeting.name) if tls else greeting.name
    return Service(
        address=str(address),
        port=port,
        name=name,
        banner=printable(answer.decode("latin-1").strip(), BANNER_BYTES),
        tls=tls,
        product=greeting.product,
    )
