"""The scope guard: the only way an executor gets at an address.

A name is resolved here, once in a run, each of its addresses is checked, and the connection is made to the
checked literal: a name that answers differently a moment later (DNS rebinding) changes nothing. Excluded wins
over allowed; special addresses (metadata, link-local, multicast, …) are refused whatever the scope says.
"""

import asyncio
import ssl
from collections.abc import Iterator
from ipaddress import ip_network

from services.executors.addresses import parse_host, refusal
from services.executors.domain import Address, Network, OutOfScope, Scope
from services.executors.resolver import Resolve
from services.executors.urls import Url, normal_path, parse_url

MAX_BLOCK = 4096
"""Addresses in the largest block that one task covers."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Guard:
    """Answers whether something is in scope, and connects to what is; all refusals are `OutOfScope`."""

    def __init__(self, scope: Scope, resolve: Resolve) -> None:
        self._scope = scope
        self._resolve = resolve
        self._pinned: dict[str, tuple[Address, ...]] = {}
        self._hosts = frozenset(parse_host(host) for host in scope.hosts)
        urls = [parse_url(url) for url in scope.urls]
        self._sites = frozenset((url.host, url.port) for url in urls)
        self._closed = tuple(f".{parse_host(host)}" for host in scope.excluded_hosts)
        self._left_alone = tuple(normal_path(path) for path in scope.excluded_paths)

    def check_address(self, address: Address, port: int) -> None:
        """Refuse a literal that is excluded, special, or not in scope at `port`."""
        self._check_excluded_and_special(address)
        if self._named(address, port) or any(address in block for block in self._scope.allowed):
            return
        raise OutOfScope(f"{address} port {port} is not in the verified scope")

    async def addresses(self, host: Address | str, port: int) -> tuple[Address, ...]:
        """Return the addresses of `host` that may be connected to at `port`, at least one.

        `host` may be text of either kind. A name must be verified itself: where it leads is then its owner's
        word, within what is neither excluded nor special.
        """
        parsed = parse_host(host) if isinstance(host, str) else host
        self.check(parsed, port)
        if not isinstance(parsed, str):
            return (parsed,)
        if parsed not in self._pinned:
            self._pinned[parsed] = self._sift(parsed, await self._resolve(parsed))
        return self._pinned[parsed]

    def check(self, host: Address | str, port: int) -> None:
        """Refuse a host that is not in scope at `port`, before anything is resolved.

        With port 0 a name must be in scope as a whole, whatever the port.
        """
        if not isinstance(host, str):
            self.check_address(host, port)
        elif f".{host}".endswith(self._closed):
            raise OutOfScope(f"{host} is excluded from the scope")
        elif not self._named(host, port):
            raise OutOfScope(f"{host} port {port} is not in the verified scope")

    def check_url(self, url: Url) -> None:
        """Refuse a URL whose host and port are not in scope, or whose path is excluded."""
        self.check(url.host, url.port)
        if self.leaves_alone(url):
            raise OutOfScope(f"{url} is excluded from the scope")

    def leaves_alone(self, url: Url) -> bool:
        """Return whether the path of a URL is excluded, however it is spelled."""
        path = normal_path(url.path)
        return any(path == one or path.startswith(one.rstrip("/") + "/") for one in self._left_alone)

    async def connect(
        self,
        host: Address | str,
        port: int,
        tls: ssl.SSLContext | None = None,
        limit: int = 65536,
        address: Address | None = None,
    ) -> Streams:
        """Open a connection to a checked address of `host`, with TLS when `tls` is given (SNI for a name).

        `limit` bounds what is read ahead, in bytes; `address` chooses among several addresses. Raises
        `OutOfScope`, or OSError as `asyncio.open_connection`.
        """
        addresses = await self.addresses(host, port)
        if address is not None and address not in addresses:
            raise OutOfScope(f"{address} is not an address of {host}")
        name = None if tls is None else str(host)
        error: OSError = ConnectionError(f"{host} has no address")
        for candidate in addresses if address is None else (address,):
            try:
                return await asyncio.open_connection(str(candidate), port, ssl=tls, server_hostname=name, limit=limit)
            except OSError as refused:
                error = refused
        raise error

    def block(self, text: str) -> Iterator[Address]:
        """Return the addresses of a block in scope, excluded and special ones left out, lazily.

        Raises `OutOfScope` for what is no block, is larger than `MAX_BLOCK`, or is not within an allowed
        block.
        """
        try:
            network = ip_network(text)
        except ValueError as error:
            raise OutOfScope(f"{text!r} is not a block in CIDR notation") from error
        if network.num_addresses > MAX_BLOCK:
            raise OutOfScope(f"{text} has {network.num_addresses} addresses: at most {MAX_BLOCK} at once")
        if not any(_within(network, allowed) for allowed in self._scope.allowed):
            raise OutOfScope(f"{text} is not in the verified scope")
        return (address for address in network.hosts() if self._permitted(address))

    def _sift(self, name: str, addresses: tuple[Address, ...]) -> tuple[Address, ...]:
        if not addresses:
            raise OutOfScope(f"{name} has no address")
        permitted = tuple(address for address in addresses if self._permitted(address))
        if not permitted:
            self._check_excluded_and_special(addresses[0])
        return permitted

    def _permitted(self, address: Address) -> bool:
        try:
            self._check_excluded_and_special(address)
        except OutOfScope:
            return False
        return True

    def _check_excluded_and_special(self, address: Address) -> None:
        if any(address in block for block in self._scope.excluded):
            raise OutOfScope(f"{address} is excluded from the scope")
        scope = self._scope
        why = refusal(address, allow_loopback=scope.allow_loopback, allow_private=scope.allow_private)
        if why:
            raise OutOfScope(f"{address} is {why}")

    def _named(self, host: Address | str, port: int) -> bool:
        return host in self._hosts or (host, port) in self._sites


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner[0] in outer and inner[-1] in outer
