"""What a target is: its address, what of it is left alone, and how its ownership is proved."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, IntEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from urllib.parse import urlsplit
from uuid import UUID

from services.mesh.errors import Failure, FieldViolation, Reason, invalid_field

LARGEST_BLOCK = 1024
"""Addresses in the largest block that can be a target."""

CHALLENGE_LABEL = "_xorb-challenge"
CHALLENGE_PATH = "/.well-known/xorb-challenge"
_TOKEN_BYTES = 32
_EXCLUDED = "target.excluded_addresses"

Network = IPv4Network | IPv6Network


class Kind(Enum):
    """What an address is; the value is the contract's field for it."""

    HOST = "host"
    CIDR = "cidr_block"
    URL = "url"


class Method(IntEnum):
    """How ownership is proved, numbered as in the contract."""

    DNS_TXT = 1
    WELL_KNOWN = 2


class State(IntEnum):
    """Whether ownership is proved, numbered as in the contract."""

    PENDING = 1
    VERIFIED = 2


class Criticality(IntEnum):
    """How much depends on a target, numbered as in the contract."""

    CRITICALITY_UNSPECIFIED = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class Address:
    """What is tested, in the one form that it is compared and stored in.

    Attributes:
        kind: What it is.
        text: A name in lower case and ASCII, an address, a block, or a URL with its path.
    """

    kind: Kind
    text: str

    @property
    def host(self) -> str:
        """The name or address of a host or URL, an IPv6 address without brackets; a block's first address."""
        if self.kind is Kind.URL:
            return urlsplit(self.text).hostname or ""
        return self.text.partition("/")[0]

    @property
    def network(self) -> Network | None:
        """All its addresses, or None where a name stands for them."""
        try:
            return ip_network(self.text if self.kind is Kind.CIDR else self.host)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Target:
    """Something that an organization owns.

    Attributes:
        excluded: Addresses and blocks never touched, canonical and in order.
        token: What to publish to prove ownership; made at random for this target.
        verified_at: When ownership was proved last.
        criticality: How much depends on it.
        revision: How often it was changed, from 1.
    """

    id: UUID
    display_name: str
    address: Address
    excluded: tuple[str, ...]
    method: Method
    token: str
    state: State
    verified_at: datetime | None
    created_at: datetime
    updated_at: datetime
    criticality: Criticality = Criticality.CRITICALITY_UNSPECIFIED
    revision: int = 1


def register(
    identifier: UUID,
    address: Address,
    now: datetime,
    *,
    display_name: str = "",
    excluded: Sequence[str] = (),
    method: Method | None = None,
    criticality: Criticality = Criticality.CRITICALITY_UNSPECIFIED,
) -> Target:
    """Returns a new target, its ownership not yet proved.

    Raises:
        Failure: INVALID_FIELD, FORBIDDEN_TARGET; an exclusion or the method doesn't fit the address.
    """
    return Target(
        id=identifier,
        display_name=display_name or address.text[:200],
        address=address,
        excluded=exclusions(address, excluded),
        method=_method(address, method),
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        state=State.PENDING,
        verified_at=None,
        created_at=now,
        updated_at=now,
        criticality=criticality,
    )


def change(
    target: Target,
    now: datetime,
    *,
    display_name: str | None = None,
    excluded: Sequence[str] | None = None,
    criticality: Criticality | None = None,
) -> Target:
    """Returns the target with another display name, other exclusions or criticality; None leaves one as it is.

    Raises:
        Failure: INVALID_FIELD, FORBIDDEN_TARGET; an exclusion doesn't fit the address.
    """
    if display_name is not None:
        target = replace(target, display_name=display_name or target.address.text[:200])
    if excluded is not None:
        target = replace(target, excluded=exclusions(target.address, excluded))
    if criticality is not None:
        target = replace(target, criticality=criticality)
    return replace(target, updated_at=now, revision=target.revision + 1)


def verify(target: Target, now: datetime) -> Target:
    """Returns the target with its ownership proved."""
    return replace(target, state=State.VERIFIED, verified_at=now, updated_at=now, revision=target.revision + 1)


def matches(target: Target, published: str) -> bool:
    """Returns whether a published text is the target's token, in a time that tells nothing about it."""
    return secrets.compare_digest(published.strip().encode(), target.token.encode())


def exclusions(address: Address, texts: Sequence[str]) -> tuple[str, ...]:
    """Returns addresses and blocks in canonical form, in order, each once.

    Raises:
        Failure: INVALID_FIELD for what is no address or lies outside the target, where it would protect nothing;
            FORBIDDEN_TARGET where nothing of the target is left.
    """
    blocks = sorted({_block(text) for text in texts}, key=lambda block: (block.version, block))
    whole = address.network
    for block in blocks:
        if whole and not _overlap(block, whole):
            raise invalid_field(_EXCLUDED, f"{_text(block)} is not inside {address.text}, so excluding it does nothing")
    if any(_covers(block, whole) for block in _collapse(blocks)):
        text = f"excluding this leaves nothing of {address.text}"
        raise Failure(Reason.FORBIDDEN_TARGET, f"{_EXCLUDED}: {text}", (FieldViolation(_EXCLUDED, text),))
    return tuple(_text(block) for block in blocks)


def instructions(target: Target) -> str:
    """Returns what to do to prove ownership, in words."""
    if target.method is Method.DNS_TXT:
        return (
            f"Publish a DNS TXT record at {CHALLENGE_LABEL}.{target.address.host} with the value {target.token}, "
            "then verify the target."
        )
    return f"Serve the text {target.token} at {_where(target.address)}, then verify the target."


def _where(address: Address) -> str:
    if address.kind is Kind.URL:
        parts = urlsplit(address.text)
        return f"{parts.scheme}://{parts.netloc}{CHALLENGE_PATH}"
    if address.kind is Kind.CIDR:
        return f"{CHALLENGE_PATH} on every address of {address.text} that answers over HTTP or HTTPS, at least on one"
    host = f"[{address.text}]" if ":" in address.text else address.text
    return f"https://{host}{CHALLENGE_PATH} or http://{host}{CHALLENGE_PATH}"


def _method(address: Address, method: Method | None) -> Method:
    named = address.network is None
    if method is None:
        return Method.DNS_TXT if named and address.kind is Kind.HOST else Method.WELL_KNOWN
    if method is Method.DNS_TXT and not named:
        raise invalid_field("target.verification_method", "an address has no DNS name to publish a TXT record at")
    return method


def _block(text: str) -> Network:
    address, slash, length = text.strip().partition("/")
    # The standard library takes a zone, and a netmask for a length, which mean nothing here.
    well_formed = "%" not in address and (not slash or (length.isascii() and length.isdecimal()))
    try:
        network = ip_network(f"{address}{slash}{length}") if well_formed else None
    except ValueError:
        network = None
    if network is None:
        raise invalid_field(_EXCLUDED, f"{text[:60]!r} is neither an address nor a block such as 192.0.2.0/28")
    return network


def _text(block: Network) -> str:
    return str(block[0]) if block.num_addresses == 1 else str(block)


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and (one[0] in other or other[0] in one)


def _collapse(blocks: Sequence[Network]) -> list[Network]:
    fours = collapse_addresses(block for block in blocks if isinstance(block, IPv4Network))
    sixes = collapse_addresses(block for block in blocks if isinstance(block, IPv6Network))
    return [*fours, *sixes]


def _covers(block: Network, whole: Network | None) -> bool:
    if whole is None:
        return block.prefixlen == 0
    return block.version == whole.version and whole[0] in block and whole[-1] in block
