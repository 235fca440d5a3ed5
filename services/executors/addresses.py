"""Hosts as text, read strictly, and the classes of address that nobody's scope can hold.

Every lenient reading is refused rather than interpreted: what one library takes for a name another takes for
an address (`0x7f.1`, `127.1`, `2130706433`), and the difference is a way round the scope.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from services.executors.domain import Address, OutOfScope

MAX_NAME = 253
"""Characters of a host name, RFC 1035 §2.3.4 without the root's dot."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google Cloud, OpenStack
        "169.254.170.2",  # AWS container credentials
        "169.254.170.23",  # AWS EKS pod identity
        "fd00:ec2::254",  # AWS over IPv6
        "fd00:ec2::23",
        "fd20:ce::254",  # Google Cloud over IPv6
        "100.100.100.200",  # Alibaba Cloud
        "192.0.0.192",  # Oracle Cloud, older
        "168.63.129.16",  # Azure's wire server
    )
)

_CARRIERS = tuple(
    (ip_network(block), name)
    for block, name in (
        ("::ffff:0:0/96", "an IPv4-mapped"),
        ("::ffff:0:0:0/96", "an IPv4-translated"),
        ("64:ff9b::/96", "a NAT64"),
        ("64:ff9b:1::/48", "a local NAT64"),
        ("2001::/32", "a Teredo"),
        ("2002::/16", "a 6to4"),
    )
)
_COMPATIBLE = ip_network("::/96")
_THIS_NETWORK = ip_network("0.0.0.0/8")


def parse_host(text: str) -> Address | str:
    """Return the address that `text` is, or the lower-case name; raises `OutOfScope` if in doubt."""
    if not text or len(text) > MAX_NAME:
        raise OutOfScope(f"a host name has 1 to {MAX_NAME} characters, this one has {len(text)}")
    if not text.isascii():
        raise OutOfScope(f"host {text!r} is not ASCII: write an internationalized name in its xn-- form")
    if "%" in text:
        raise OutOfScope(f"host {text!r} has a zone or an escape")
    if text.endswith("."):
        raise OutOfScope(f"host {text!r} ends with a dot: write it without")
    try:
        return ip_address(text)
    except ValueError:
        return _name(text)


def _name(text: str) -> str:
    labels = text.lower().split(".")
    if _NUMERIC.fullmatch(labels[-1]):
        raise OutOfScope(f"host {text!r} is a number but not a dotted-decimal address")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise OutOfScope(f"host {text!r} is neither an address nor a host name")
    return ".".join(labels)


def refusal(address: Address, *, allow_loopback: bool, allow_private: bool) -> str:
    """Return why `address` may never be connected to, empty when it may."""
    if address in _METADATA:
        return "a cloud metadata address"
    if address.is_unspecified:
        return "the unspecified address"
    if address.is_loopback:
        return "" if allow_loopback else "a loopback address"
    if isinstance(address, IPv6Address):
        carrier = _carrier(address)
        if carrier:
            return f"{carrier} address, which stands for another one: name that one itself"
    if address.is_multicast:
        return "a multicast address"
    if address.is_link_local:
        return "a link-local address"
    return _unrouted(address, allow_private=allow_private)


def _carrier(address: IPv6Address) -> str:
    if address.scope_id:
        return "a zoned"
    if address in _COMPATIBLE:
        return "an IPv4-compatible"
    return next((name for block, name in _CARRIERS if address in block), "")


def _unrouted(address: Address, *, allow_private: bool) -> str:
    if address.is_reserved or (isinstance(address, IPv6Address) and address.is_site_local):
        return "a reserved address"
    if isinstance(address, IPv4Address) and address in _THIS_NETWORK:
        return "an address of this network"
    if address.is_global or allow_private:
        return ""
    return "a private address"
