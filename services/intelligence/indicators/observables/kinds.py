"""The kinds of observables, and an observable in its normal form."""

from dataclasses import dataclass
from enum import Enum

LONGEST = 8192
"""Characters of the longest text that is looked at; RFC 9110 (4.1) recommends to support URIs of 8,000 octets."""


class Kind(Enum):
    """What an observable is; each kind has a normal form of its own."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    CIDR = "cidr"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"
    IMPHASH = "imphash"
    FILE_NAME = "file name"
    FILE_PATH = "file path"
    REGISTRY_KEY = "registry key"
    MUTEX = "mutex"
    USER_AGENT = "user agent"
    ASN = "autonomous system"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Observable:
    """One thing that may be seen: `value` is in the normal form of its kind."""

    kind: Kind
    value: str


class Refused(ValueError):
    """A text that is no observable of the kind asked for; the message says why, in words for who reported it."""
