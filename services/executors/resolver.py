"""Names to addresses, by the system's resolver or by the DNS server a task names."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.rdatatype

from services.executors.domain import Address, OutOfScope

Resolve = Callable[[str], Awaitable[tuple[Address, ...]]]
"""Resolves a name to every address it has; empty when it has none."""

_SECONDS = 5.0


def resolver_for(server: str | None) -> Resolve:
    """Return the resolver that asks `server` (`address:port`), or the system's when it is None."""
    return _system if server is None else _Served(nameservers(server))


def nameservers(server: str) -> dns.asyncresolver.Resolver:
    """Return a resolver that asks only `server` (`address:port`); raises `OutOfScope` if malformed."""
    address, _, port = server.rpartition(":")
    try:
        nameserver = dns.nameserver.Do53Nameserver(str(ip_address(address.strip("[]"))), int(port))
    except ValueError as error:
        raise OutOfScope(f"resolver {server!r} is not address:port") from error
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [nameserver]
    resolver.lifetime = _SECONDS
    return resolver


class _Served:
    """Resolves by one DNS server, each call anew: an answer is never remembered across connections."""

    def __init__(self, resolver: dns.asyncresolver.Resolver) -> None:
        self._resolver = resolver

    async def __call__(self, name: str) -> tuple[Address, ...]:
        found: list[Address] = []
        for family in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = await self._resolver.resolve(name + ".", family, search=False)
            except dns.exception.DNSException:
                continue
            found.extend(ip_address(record.address) for record in answer)
        return tuple(found)


async def _system(name: str) -> tuple[Address, ...]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            rows = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return ()
    return tuple(dict.fromkeys(ip_address(row[4][0]) for row in rows))
