"""A small HTTP/1.1 client that trusts nothing it receives: h11 over streams that the scope guard opened.

One request a connection; the time, the header bytes and the body bytes of a response are bounded, so that an
endless answer costs what a short one does.
"""

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import h11

from services.executors.domain import ExecutorError
from services.executors.guard import Guard
from services.executors.lenient import lenient_context
from services.executors.pace import Pace
from services.executors.urls import Url

BODY_BYTES = 256 * 1024
"""What is read of a body unless told otherwise; the rest is never received."""

HEADER_BYTES = 64 * 1024
"""What a response head may hold before the server is given up."""

USER_AGENT = "XORB/0.1 (authorized security assessment)"
_CHUNK = 16 * 1024
_MAX_REFUSALS = 3


class Unanswered(Exception):
    """A request got no usable answer."""


class Unresponsive(ExecutorError):
    """A site left several requests in a row without an answer, and is left alone."""


@dataclass(frozen=True)
class Response:
    """An answer: status, headers in lower case as they came, the body as far as it was read."""

    url: Url
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of the header `name` (lower case)."""
        return tuple(value for header, value in self.headers if header == name)

    def value(self, name: str) -> str:
        """Return the values of the header `name` (lower case) as one, empty when there is none."""
        return ", ".join(self.values(name))

    @property
    def is_redirect(self) -> bool:
        """Whether it sends the client elsewhere."""
        return self.status in (301, 302, 303, 307, 308) and bool(self.values("location"))

    @property
    def is_html(self) -> bool:
        """Whether it is a page."""
        return self.value("content-type").lower().startswith(("text/html", "application/xhtml"))


class Client:
    """Fetches pages of one site, at most once each; `keep` gets a line of JSON for every request sent."""

    def __init__(self, guard: Guard, pace: Pace, keep: Callable[[bytes], None], seconds: float = 10.0) -> None:
        self._guard = guard
        self._pace = pace
        self._keep = keep
        self._seconds = seconds
        self._context = lenient_context()
        self._answers: dict[object, Response] = {}
        self._refusals = 0

    async def fetch(
        self, url: Url, method: str = "GET", headers: tuple[tuple[str, str], ...] = (), limit: int = BODY_BYTES
    ) -> Response:
        """Return the answer to one request, with at most `limit` bytes of its body.

        Raises `OutOfScope`, `Unanswered` for an excluded path, a time-out, a broken connection or what is not HTTP, and
        `Unresponsive` when that happened three times in a row.
        """
        if self._guard.leaves_alone(url):
            raise Unanswered(f"{url} is excluded from the scope")
        key = (str(url), method, headers, limit)
        if key not in self._answers:
            self._answers[key] = await self._counted(url, method, headers, limit)
        return self._answers[key]

    async def follow(self, url: Url, hops: int = 5) -> tuple[Response, ...]:
        """Return the answers from `url` along redirects, as long as they stay on the site and in scope."""
        chain = [await self.fetch(url)]
        while chain[-1].is_redirect and len(chain) <= hops:
            try:
                target = chain[-1].url.join(chain[-1].value("location"))
                self._guard.check_url(target)
            except ExecutorError:
                break
            if target.origin != url.origin or any(target == answer.url for answer in chain):
                break
            chain.append(await self.fetch(target))
        return tuple(chain)

    async def _counted(self, url: Url, method: str, headers: tuple[tuple[str, str], ...], limit: int) -> Response:
        await self._pace.turn()
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._exchange(url, method, headers, limit)
        except (OSError, EOFError, h11.RemoteProtocolError) as error:
            self._refusals += 1
            self._log(url, method, error=type(error).__name__)
            if self._refusals >= _MAX_REFUSALS:
                raise Unresponsive(f"{url.origin} left {self._refusals} requests without an answer") from error
            raise Unanswered(f"{method} {url}: {type(error).__name__}") from error
        self._refusals = 0
        self._log(url, method, status=response.status, bytes=len(response.body))
        return response

    async def _exchange(self, url: Url, method: str, headers: tuple[tuple[str, str], ...], limit: int) -> Response:
        tls: ssl.SSLContext | None = self._context if url.scheme == "https" else None
        reader, writer = await self._guard.connect(url.host, url.port, tls)
        try:
            connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_BYTES)
            request = h11.Request(method=method, target=url.path, headers=_headers(url, headers))
            writer.write((connection.send(request) or b"") + (connection.send(h11.EndOfMessage()) or b""))
            return await _response(url, connection, reader, limit)
        finally:
            writer.transport.abort()

    def _log(self, url: Url, method: str, **facts: str | int) -> None:
        self._keep(json.dumps({"method": method, "url": str(url), **facts}).encode() + b"\n")


def _headers(url: Url, extra: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [
        ("Host", url.authority),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *extra,
    ]


async def _response(url: Url, connection: h11.Connection, reader: asyncio.StreamReader, limit: int) -> Response:
    """Read head and body; an interim answer counts towards the head's limit, a body ends at `limit`."""
    head: h11.Response | None = None
    body = bytearray()
    received = 0
    while len(body) < limit:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if head is None and received > HEADER_BYTES:
                raise h11.RemoteProtocolError("the head of the response does not end")
            data = await reader.read(_CHUNK)
            received += len(data)
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif not isinstance(event, h11.InformationalResponse):
            break
    if head is None:
        raise h11.RemoteProtocolError("no response")
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
    return Response(url, head.status_code, fields, bytes(body[:limit]))
