"""Addresses and networks: as packed octets where they are compared, as RFC 5952 writes them where they are read."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_network
from socket import AF_INET, AF_INET6, inet_aton, inet_pton

from services.intelligence.indicators.observables.kinds import Kind, Observable, Refused

_MAPPED = bytes(10) + b"\xff\xff"
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE | re.ASCII)


def packed(text: str) -> bytes | None:
    """Returns an address's 4 or 16 octets (an IPv4-mapped one's 4: RFC 4291, 2.5.5.2), or None where it is none."""
    try:
        if ":" not in text:
            return inet_pton(AF_INET, text)
        octets = inet_pton(AF_INET6, text)
    except (OSError, ValueError):
        return None
    return octets[12:] if octets.startswith(_MAPPED) else octets


def address(text: str) -> Observable:
    """Returns the address that the text is, brackets and an interface's zone (`%eth0`) aside; raises Refused."""
    octets = packed(text.strip("[]").partition("%")[0])
    if octets is None:
        raise Refused("is no IPv4 or IPv6 address")
    return of_octets(octets)


def of_octets(octets: bytes) -> Observable:
    """Returns the address of 4 or 16 octets."""
    if len(octets) == len(_MAPPED) // 3:
        return Observable(Kind.IPV4, str(IPv4Address(octets)))
    return Observable(Kind.IPV6, str(IPv6Address(octets)))


def loose(text: str) -> bytes | None:
    """Returns the octets of an IPv4 address as URLs may write it (`0x7f.1`, `2130706433`; WHATWG URL, 3.5), or None."""
    if not _NUMERIC.fullmatch(text):
        return None
    try:
        return inet_aton(text)
    except OSError:
        return None


def network(text: str) -> Observable:
    """Returns the network that the text is, its host bits cleared; one of a single address is that address.

    Raises Refused, also for `0.0.0.0/0` and `::/0`: what contains every address indicates nothing.
    """
    if "/" not in text or not text.isascii():
        raise Refused("is no network in CIDR notation")
    try:
        parsed = ip_network(text, strict=False)
    except ValueError:
        raise Refused("is no network in CIDR notation") from None
    if not parsed.prefixlen:
        raise Refused("contains every address")
    if parsed.num_addresses == 1:
        return address(str(parsed.network_address))
    return Observable(Kind.CIDR, str(parsed))
