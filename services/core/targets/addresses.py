"""From the text of an address to the one form that targets are compared and stored in, or a refusal in clear words.

What can be tested at all is decided by the rules of the executors' scope guard, which looks again at every
connection: a name that is harmless here may lead anywhere later.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network

import idna

from services.core.targets.domain import LARGEST_BLOCK, Address, Kind, Network
from services.executors.addresses import parse_host, refusal
from services.executors.domain import OutOfScope
from services.executors.urls import parse_url
from services.mesh.errors import Failure, FieldViolation, Reason, invalid_field

_BLOCK = re.compile(r"([0-9A-Fa-f:.]+)/(0|[1-9][0-9]{0,2})", re.ASCII)
_AUTHORITY = re.compile(r"([^:/?@\[\]]+)(:[0-9]*)?", re.ASCII)
_LONGEST_URL = 2048
# RFC 6761 §6.3.
_LOOPBACK_NAME = "localhost"
# RFC 6762 §3, RFC 8375 §3, and the domain that ICANN reserved for private use in 2024.
_PRIVATE_DOMAINS = ("local", "home.arpa", "internal")
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator allows beyond the public Internet."""

    allow_loopback: bool = False
    allow_private: bool = False

    def read(self, kind: Kind, text: str) -> Address:
        """Returns the address that a text means.

        Names are lower case and ASCII (IDNA 2008 with UTS 46), without the root's dot; addresses and blocks are in
        their canonical form (RFC 5952); URLs have no default port and always a path.

        Raises:
            Failure: INVALID_FIELD for what isn't an address of its kind, FORBIDDEN_TARGET for what can't be tested.
        """
        field = f"target.{kind.value}"
        try:
            canonical = _READERS[kind](text.strip())
        except (OutOfScope, _Malformed) as error:
            raise invalid_field(field, str(error)) from error
        if why := self._refusal(canonical):
            raise Failure(Reason.FORBIDDEN_TARGET, f"{field}: {why}", (FieldViolation(field, why),))
        return canonical

    def _refusal(self, address: Address) -> str:
        network = address.network
        return self._refuse_name(address.host) if network is None else self._refuse_network(network)

    def _refuse_name(self, name: str) -> str:
        if name in _METADATA_NAMES:
            return f"{name} is a cloud metadata service"
        if name == _LOOPBACK_NAME or name.endswith(f".{_LOOPBACK_NAME}"):
            return "" if self.allow_loopback else f"{name} is a loopback name"
        private = "." not in name or any(name.endswith(f".{domain}") for domain in _PRIVATE_DOMAINS)
        return f"{name} is not a public name" if private and not self.allow_private else ""

    def _refuse_network(self, network: Network) -> str:
        if network.num_addresses > LARGEST_BLOCK:
            return f"{network} has {network.num_addresses:,} addresses, {LARGEST_BLOCK:,} at most can be one target"
        return next((f"{address} is {why}" for address in network if (why := self._refuse_address(address))), "")

    def _refuse_address(self, address: IPv4Address | IPv6Address) -> str:
        return refusal(address, allow_loopback=self.allow_loopback, allow_private=self.allow_private)


class _Malformed(Exception):
    """A text isn't an address of its kind."""


def _host(text: str) -> Address:
    if "/" in text:
        raise _Malformed(f"{text[:60]!r} is not a host: give a block as cidr_block and a web site as url")
    return Address(Kind.HOST, str(parse_host(_ascii(text))))


def _cidr(text: str) -> Address:
    match = _BLOCK.fullmatch(text)
    try:
        network = ip_network(text, strict=False) if match else None
    except ValueError:
        network = None
    if match is None or network is None:
        raise _Malformed(f"{text[:60]!r} is not a block of addresses such as 192.0.2.0/28")
    # A block too wide is refused as such, whatever its bits.
    if network.num_addresses <= LARGEST_BLOCK and network[0] != type(network[0])(match[1]):
        raise _Malformed(f"{text} has bits set after its prefix: is it {network}?")
    return Address(Kind.CIDR, str(network))


def _url(text: str) -> Address:
    if "#" in text:
        raise _Malformed("a URL with a fragment: leave out # and what follows it")
    scheme, separator, rest = text.partition("://")
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    if separator and (match := _AUTHORITY.fullmatch(authority)):
        text = f"{scheme}://{_ascii(match[1])}{match[2] or ''}{rest[len(authority) :]}"
    url = str(parse_url(text))
    if len(url) > _LONGEST_URL:
        raise _Malformed(f"a URL of more than {_LONGEST_URL} characters")
    return Address(Kind.URL, url)


def _ascii(host: str) -> str:
    """Returns a host without the root's dot, and a name of other scripts in its ASCII form."""
    if not host.isascii() or "xn--" in host.lower():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
        except (idna.IDNAError, UnicodeError) as error:
            raise _Malformed(f"{host[:60]!r} is not an internationalized name: {error}") from error
    return host.removesuffix(".")


_READERS = {Kind.HOST: _host, Kind.CIDR: _cidr, Kind.URL: _url}
