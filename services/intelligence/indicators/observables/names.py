"""Domain names and mailboxes."""

import re

import idna

from services.intelligence.indicators.observables.kinds import Kind, Observable, Refused

_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_LONGEST_MAILBOX = 254
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}")


def host(text: str) -> str:
    """Returns a name as DNS carries it: A-labels (RFC 5891) in lower case, without the root's dot. Raises Refused."""
    name = text.lower().removesuffix(".")
    if len(name) > _LONGEST_NAME:
        raise Refused(f"is longer than {_LONGEST_NAME} characters")
    if not name.isascii():
        name = _encoded(name)
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise Refused("is no domain name")
    return name


def domain(text: str) -> Observable:
    """Returns the domain that the text names; `*.evil.com` is `evil.com`, which stands for all under it anyway.

    Raises Refused for what is no name, for an address, and for a name of one label: a whole top-level domain.
    """
    name = host(text.removeprefix("*."))
    last = name.rpartition(".")[2]
    if last == name:
        raise Refused("has one label: a host without its domain, or a whole top-level domain")
    if last.isdigit():
        raise Refused("ends in a number: no domain name does")
    return Observable(Kind.DOMAIN, name)


def email(text: str) -> Observable:
    """Returns the mailbox in lower case, though RFC 5321 lets hosts tell cases apart; raises Refused."""
    local, at, rest = text.lower().removeprefix("mailto:").rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise Refused("is no e-mail address")
    value = f"{local}@{domain(rest).value}"
    if len(value) > _LONGEST_MAILBOX or value.startswith("mailto:"):
        raise Refused("is no e-mail address")
    return Observable(Kind.EMAIL, value)


def _encoded(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode().lower().removesuffix(".")
    except (idna.IDNAError, UnicodeError, IndexError):
        raise Refused("is no internationalized domain name") from None
