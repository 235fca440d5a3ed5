"""What the front page's headers say: rules that need no further request."""

import re
from dataclasses import dataclass

from services.executors.engines.http.client import Response
from services.executors.engines.http.looks import (
    Absent,
    Cleartext,
    CookieWithout,
    HeaderLook,
    Present,
    Where,
)
from services.executors.engines.http.policy import JUDGEMENTS
from services.executors.engines.http.site import Site

_SERVER_ERROR = 500


def header_evidence(look: HeaderLook, site: Site) -> str:
    """Return what on the site's front page shows the weakness, empty when it does not have it."""
    match look:
        case Absent():
            return _absent(look, site)
        case Present():
            return _present(look, site)
        case CookieWithout():
            return _cookies(look, site)
        case Cleartext():
            return _cleartext(site)


def _applies(where: Where, site: Site) -> bool:
    front = site.front
    match where:
        case Where.ANY:
            return True
        case Where.HTTPS:
            return site.encrypted
        case Where.CONTENT:
            return not front.is_redirect and front.status < _SERVER_ERROR and bool(front.body)
        case Where.HTML:
            return _applies(Where.CONTENT, site) and front.is_html


def _absent(look: Absent, site: Site) -> str:
    if not _applies(look.where, site):
        return ""
    for header, pattern in look.any_of:
        if any(re.search(pattern, value) for value in site.front.values(header)):
            return ""
    wanted = " or ".join(header for header, _ in look.any_of)
    return f"HTTP {site.front.status} without {wanted}"


def _present(look: Present, site: Site) -> str:
    if not _applies(look.where, site):
        return ""
    wrong = [value for value in site.front.values(look.header) if JUDGEMENTS[look.wrong](value)]
    return f"{look.header}: {wrong[0]}" if wrong else ""


def _cleartext(site: Site) -> str:
    front = site.front
    if site.encrypted or front.status >= _SERVER_ERROR:
        return ""
    if front.is_redirect and front.value("location").lower().startswith("https://"):
        return ""
    return f"HTTP {front.status} over plain HTTP"


@dataclass(frozen=True)
class _Cookie:
    name: str
    attributes: frozenset[str]


def _cookies(look: CookieWithout, site: Site) -> str:
    if not _applies(look.where, site):
        return ""
    lacking = [
        cookie.name
        for cookie in _set_cookies(site.chain)
        if look.attribute not in cookie.attributes and not any(word in cookie.name.lower() for word in look.exempt)
    ]
    return f"Set-Cookie without {look.attribute}: {', '.join(dict.fromkeys(lacking))}" if lacking else ""


def _set_cookies(chain: tuple[Response, ...]) -> list[_Cookie]:
    """Return the cookies that answers set (RFC 6265 §5.2), without their values and without those they delete."""
    found = []
    for answer in chain:
        for header in answer.values("set-cookie"):
            pair, *rest = header.split(";")
            name, _, value = pair.partition("=")
            attributes = [attribute.strip().lower() for attribute in rest]
            if value.strip() and "max-age=0" not in attributes:
                found.append(_Cookie(name.strip(), frozenset(text.partition("=")[0] for text in attributes)))
    return found
