"""What a connection to an identity provider is, what an attempt to sign in with it is, and whom it lets in."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from services.mesh.errors import Failure, Reason, invalid_field

ATTEMPT_LIFETIME = timedelta(minutes=10)
OWNER = "owner"
_SECRET_BYTES = 32
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class Connection:
    """An identity provider that an organization trusts.

    Attributes:
        sealed_secret: The client secret as Vault encrypted it; empty for a client without one.
        email_domains: Domains of the addresses that are let in, in lower case, in order.
        default_role: The role of who isn't a member yet; empty where only members are let in.
        vouches_for_second_factor: Whether the provider is known to ask everybody for a second factor.
        revision: How often it was changed, from 1.
    """

    id: UUID
    display_name: str
    issuer: str
    client_id: str
    sealed_secret: str = field(repr=False)
    email_domains: tuple[str, ...]
    default_role: str
    disabled: bool
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    vouches_for_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-on that was begun.

    Attributes:
        state: The SHA-256 of what the browser brings back.
        proof: The SHA-256 of what only the browser that began it has.
        nonce: What the ID token has to hold.
        verifier: The code verifier (RFC 7636, section 4.1).
    """

    state: bytes
    connection: UUID
    proof: bytes
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider says to have before it.

    Attributes:
        email: Normalized; empty where the provider says none.
        second_factor: Whether the ID token says that more than one factor was asked for.
    """

    subject: str
    email: str
    email_verified: bool
    display_name: str
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt with its secrets in the clear, as the browser gets them."""

    attempt: Attempt
    state: str = field(repr=False)
    proof: str = field(repr=False)


def begin(connection: UUID, now: datetime) -> Begun:
    """Returns a new attempt; each of its four secrets has 256 random bits."""
    state, proof, nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(4))
    attempt = Attempt(digest(state), connection, digest(proof), nonce, verifier, now + ATTEMPT_LIFETIME)
    return Begun(attempt, state, proof)


def require_current(attempt: Attempt | None, proof: str, now: datetime) -> Attempt:
    """Returns the attempt that somebody wants to complete.

    Args:
        attempt: What was found; None for an unknown state, or one that was used before.
        proof: What the browser shows.
        now: The time.

    Raises:
        Failure: SIGN_ON_FAILED; there is none, it has ended, or another browser began it.
    """
    if attempt is None or attempt.expires_at <= now or not hmac.compare_digest(attempt.proof, digest(proof)):
        raise Failure(Reason.SIGN_ON_FAILED)
    return attempt


def digest(secret: str) -> bytes:
    """Returns what is stored of a secret; it has entropy enough to need no salt."""
    return hashlib.sha256(secret.encode()).digest()


def require_eligible(connection: Connection, person: Person) -> None:
    """Checks that a connection lets somebody in at all, member or not.

    Raises:
        Failure: SIGN_ON_REFUSED; the address isn't verified, or of another domain.
    """
    if not person.email or not person.email_verified:
        raise Failure(Reason.SIGN_ON_REFUSED, "Your identity provider didn't verify your e-mail address.")
    if person.email.rpartition("@")[2] not in connection.email_domains:
        raise Failure(Reason.SIGN_ON_REFUSED, "Your e-mail address is of a domain that this connection doesn't let in.")


def require_no_owner(roles: Iterable[str]) -> None:
    """Checks that nobody becomes an owner by the word of a provider, which an administrator chooses.

    Raises:
        Failure: SIGN_ON_REFUSED.
    """
    if OWNER in roles:
        raise Failure(Reason.SIGN_ON_REFUSED, "Owners sign in with their own password or passkey.")


def domains(given: Iterable[str]) -> tuple[str, ...]:
    """Returns domains as they are compared and stored.

    Raises:
        Failure: INVALID_FIELD; one is none, or there are none.
    """
    found = sorted({domain.strip().lower().removeprefix("@") for domain in given})
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise invalid_field("connection.email_domains", f"{domain[:100]!r} is no domain such as example.com")
    if not found:
        raise invalid_field("connection.email_domains", "at least one is needed")
    return tuple(found)


def require_url(url: str, *, loopback: bool) -> str:
    """Returns the URL of a provider.

    Args:
        url: An issuer identifier, or an endpoint's URL.
        loopback: Whether http may be spoken with this very machine.

    Raises:
        ValueError: It isn't https, or holds what no such URL has; the text says which.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise ValueError("it has to be a URL that begins with https://")
    if not parts.hostname or parts.username is not None or parts.fragment or not url.isascii() or " " in url:
        raise ValueError("it has to be a plain URL, without user name or fragment")
    if parts.port == 0:
        raise ValueError("there is no port 0")
    return url


def require_issuer(url: str, *, loopback: bool) -> str:
    """Returns an issuer identifier (OpenID Connect Core 1.0, section 2), as a request gives it.

    Raises:
        Failure: INVALID_FIELD.
    """
    try:
        require_url(url, loopback=loopback)
    except ValueError as error:
        raise invalid_field("connection.issuer", str(error)) from error
    if "?" in url:
        raise invalid_field("connection.issuer", "an issuer has no query")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
