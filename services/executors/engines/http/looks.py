"""The ways of looking that a web check can declare; what each means in practice is in `headers` and `probes`."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from services.executors.catalogue import declarations
from services.executors.engine import Check


class Where(StrEnum):
    """Which front pages a header rule is about: any, those over TLS, those with content, those in HTML."""

    ANY = "any"
    HTTPS = "https"
    CONTENT = "content"
    HTML = "html"


class Show(StrEnum):
    """How much of an exposed file the evidence may repeat: secrets must not travel into a finding."""

    FIRST_LINE = "first-line"
    NAMES = "names"
    SIZE = "size"


@dataclass(frozen=True)
class Absent:
    """None of `any_of` (a header in lower case, a pattern its value must hold) is on the front page."""

    any_of: list[list[str]]
    where: Where


@dataclass(frozen=True)
class Present:
    """The front page has `header` and the judgement of `policy` called `wrong` says so of its value."""

    header: str
    wrong: str
    where: Where


@dataclass(frozen=True)
class CookieWithout:
    """A cookie is set without `attribute` (lower case); names that hold one of `exempt` may lack it."""

    attribute: str
    where: Where
    exempt: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Cleartext:
    """The site answers over http with something else than a redirect to https."""


@dataclass(frozen=True)
class Echo:
    """TRACE is answered with the request itself (RFC 9110 §9.3.8)."""


@dataclass(frozen=True)
class Advertised:
    """OPTIONS names one of `methods` in its Allow header."""

    methods: list[str]


@dataclass(frozen=True)
class Exposed:
    """One of `paths` is served with content that `signature` recognizes and a made-up path is not."""

    paths: list[str]
    signature: str
    show: Show


@dataclass(frozen=True)
class Listing:
    """A directory (linked to, or one of `guesses`) is answered with a list of its files."""

    guesses: list[str]
    signature: str


@dataclass(frozen=True)
class RedirectsAnywhere:
    """A page (linked to, or one of `guesses`) redirects to a host that one of `parameters` names."""

    guesses: list[str]
    parameters: list[str]


@dataclass(frozen=True)
class ReflectsOrigin:
    """A page allows whatever origin asks, with credentials or without."""

    credentials: bool


HeaderLook = Absent | Present | CookieWithout | Cleartext
ProbeLook = Echo | Advertised | Exposed | Listing | RedirectsAnywhere | ReflectsOrigin

_KINDS: dict[str, type[HeaderLook | ProbeLook]] = {
    re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower(): kind
    for kind in (
        Absent,
        Present,
        CookieWithout,
        Cleartext,
        Echo,
        Advertised,
        Exposed,
        Listing,
        RedirectsAnywhere,
        ReflectsOrigin,
    )
}
_ENUMS = {"where": Where, "show": Show}


@dataclass(frozen=True)
class Rule:
    """A check and how to look for it."""

    check: Check
    look: HeaderLook | ProbeLook


def _look(declared: Mapping[str, Any]) -> HeaderLook | ProbeLook:
    arguments: dict[str, Any] = {
        name: _ENUMS[name](value) if name in _ENUMS else value for name, value in declared.items() if name != "kind"
    }
    return _KINDS[declared["kind"]](**arguments)


RULES = tuple(
    Rule(declaration.check, _look(declaration.look))
    for declaration in declarations("http", Path(__file__).with_name("checks.toml"))
)
"""What `checks.toml` declares, in its order."""
