"""Requests to addresses that organizations chose: identity providers, webhooks, trackers of issues.

A name is resolved here by the executors' resolver, each of its addresses is checked by the rules of their scope guard,
and the connection is made to one of them as it was checked: a name that answers differently a moment later (DNS
rebinding) changes nothing. TLS still means the name. Redirects are answers like any other: nobody follows them.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

import httpx

from services.executors.addresses import refusal
from services.executors.resolver import Resolve, resolver_for

_NAT64 = IPv6Network("64:ff9b::/96")

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Reach:
    """Where such addresses may be besides on the internet: on this machine, in private networks."""

    loopback: bool = False
    private: bool = False

    def allows(self, address: Address) -> bool:
        """Returns whether an address may be connected to; one that stands for another is judged by that."""
        return not refusal(_inner(address), allow_loopback=self.loopback, allow_private=self.private)


class ForbiddenAddressError(httpx.ConnectError):
    """A host is at an address that may not be connected to."""


@dataclass
class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to addresses that were checked, and to no other.

    Args:
        inner: What sends them.
        reach: Which addresses are good.
        resolve: Names to addresses; each name is asked for anew for every request.
    """

    inner: httpx.AsyncBaseTransport
    reach: Reach
    resolve: Resolve = field(default_factory=lambda: resolver_for(None))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request.

        Raises:
            httpx.ConnectError: The host has no address, or one that isn't allowed.
        """
        host = request.url.host
        error = httpx.ConnectError(f"{host} has no address")
        for address in await self._addresses(host):
            try:
                return await self.inner.handle_async_request(_at(request, address))
            except httpx.ConnectError as refused:
                error = refused
        raise error

    async def aclose(self) -> None:
        """Closes all connections."""
        await self.inner.aclose()

    async def _addresses(self, host: str) -> tuple[Address, ...]:
        addresses = await self._resolved(host)
        if not addresses:
            raise httpx.ConnectError(f"{host} has no address")
        # One forbidden address among them is one too many: it isn't left to chance which of them is taken.
        if not all(map(self.reach.allows, addresses)):
            raise ForbiddenAddressError(f"{host} is at an address that may not be connected to")
        return addresses

    async def _resolved(self, host: str) -> tuple[Address, ...]:
        try:
            return (ip_address(host),)
        except ValueError:
            return await self.resolve(host)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class UndeliveredError(Exception):
    """A request got no answer; the text says why in words of ours, and never where to."""


@dataclass(frozen=True)
class Outbound:
    """Sends single requests, within a time, and reads no more of an answer than a bound.

    Args:
        reach: Which addresses are good.
        resolve: Names to addresses.
        seconds: How long a request may take with everything.
        most: Bytes that an answer may have.
    """

    reach: Reach
    resolve: Resolve = field(default_factory=lambda: resolver_for(None))
    seconds: float = 10.0
    most: int = 256 * 1024

    async def request(self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Sends a request and returns what came back, redirects and errors included.

        Raises:
            UndeliveredError: Nothing that is an answer came back.
        """
        try:
            async with (
                asyncio.timeout(self.seconds),
                self._client() as client,
                client.stream(method, url, headers=dict(headers), content=content) as answer,
            ):
                body = await self._read(answer)
        except ForbiddenAddressError as error:
            raise UndeliveredError("its address may not be connected to") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise UndeliveredError(f"no answer within {self.seconds:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise UndeliveredError(_words(error)) from error
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body)

    def _client(self) -> httpx.AsyncClient:
        # No proxy and no credentials of the environment: they would be asked instead of the address that was checked.
        inner = httpx.AsyncHTTPTransport(trust_env=False, verify=_tls())
        transport = GuardedTransport(inner, self.reach, self.resolve)
        own = {"accept-encoding": "identity", "user-agent": "XORB/0.1"}
        return httpx.AsyncClient(transport=transport, trust_env=False, timeout=self.seconds, headers=own)

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for part in answer.aiter_raw():
            body += part
            if len(body) > self.most:
                raise UndeliveredError(f"the answer has more than {self.most} bytes")
        return bytes(body)


@cache
def _tls() -> ssl.SSLContext:
    """Returns what verifies servers; reading the authorities takes longer than a request."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _words(error: Exception) -> str:
    """Returns why there was no answer, without the URL, which may hold a secret."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "TLS failed: is its certificate valid?"
        cause = cause.__cause__ or cause.__context__
    return "it couldn't be connected to" if isinstance(error, httpx.ConnectError) else "the connection broke"


def _at(request: httpx.Request, address: Address) -> httpx.Request:
    """Returns the request to an address, which still says and, with TLS, verifies the name (RFC 6066, section 3)."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def _inner(address: Address) -> Address:
    """Returns the address that an IPv6 address stands for (RFC 4291, 6052, 3056, 4380), or else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
