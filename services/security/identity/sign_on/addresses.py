"""Which addresses an identity provider may have, checked when it is connected to."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

import httpx

_NAT64 = IPv6Network("64:ff9b::/96")
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
_PORTS = {"https": 443, "http": 80}

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Reach:
    """Where providers may be besides on the internet: on this machine, in private networks."""

    loopback: bool = False
    private: bool = False

    def allows(self, address: Address) -> bool:
        """Returns whether a provider may have an address; one that stands for another is judged by that."""
        inner = _inner(address)
        if inner.is_loopback:
            return self.loopback
        if any(inner in network for network in _PRIVATE):
            return self.private
        return inner.is_global and not inner.is_multicast


@dataclass
class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to addresses that were checked, and to no other.

    A name is resolved here, each of its addresses is checked, and the connection is made to one of them as it was
    checked: a name that answers differently a moment later (DNS rebinding) changes nothing. TLS still means the name.

    Args:
        inner: What sends them.
        reach: Which addresses are good.
    """

    inner: httpx.AsyncBaseTransport
    reach: Reach

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request.

        Raises:
            httpx.ConnectError: The host has no address, or one that isn't allowed.
        """
        host, port = request.url.host, request.url.port or _PORTS[request.url.scheme]
        error = httpx.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port):
            try:
                return await self.inner.handle_async_request(_at(request, address))
            except httpx.ConnectError as refused:
                error = refused
        raise error

    async def aclose(self) -> None:
        """Closes all connections."""
        await self.inner.aclose()

    async def _addresses(self, host: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpx.ConnectError(f"{host} has no address") from error
        addresses = [ip_address(sockaddr[0]) for *_, sockaddr in found]
        # One forbidden address among them is one too many: it isn't left to chance which of them is taken.
        if not all(map(self.reach.allows, addresses)):
            raise httpx.ConnectError(f"{host} is at an address where no identity provider may be")
        return addresses


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
