"""What further requests bring to light: each probe sends a few that any visitor might send, and changes nothing."""

import re
import secrets
from collections.abc import AsyncIterator
from urllib.parse import urlencode

from services.executors.domain import OutOfScope
from services.executors.engines.http.client import Response, Unanswered
from services.executors.engines.http.links import directories
from services.executors.engines.http.looks import (
    Advertised,
    Echo,
    Exposed,
    Listing,
    ProbeLook,
    RedirectsAnywhere,
    ReflectsOrigin,
    Show,
)
from services.executors.engines.http.site import Site
from services.executors.urls import Url

PROBE_DOMAIN = "xorb-probe.invalid"
"""Where probes pretend to come from or lead to: a name that can never exist (RFC 6761 §6.4)."""

_OK = 200
_FILE_BYTES = 4096
_MAX_DIRECTORIES = 20
_MAX_PAGES = 5

Sightings = AsyncIterator[tuple[Url, str]]
"""Places where a weakness is, each with its evidence."""


def sightings(look: ProbeLook, site: Site) -> Sightings:
    """Look for one weakness; a page that does not answer is as one without it."""
    match look:
        case Echo():
            return _echo(site)
        case Advertised():
            return _advertised(look, site)
        case Exposed():
            return _exposed(look, site)
        case Listing():
            return _listing(look, site)
        case RedirectsAnywhere():
            return _redirects(look, site)
        case ReflectsOrigin():
            return _reflects(look, site)


async def _get(
    site: Site, url: Url, method: str = "GET", headers: tuple[tuple[str, str], ...] = (), limit: int = 0
) -> Response | None:
    try:
        if limit:
            return await site.client.fetch(url, method, headers, limit)
        return await site.client.fetch(url, method, headers)
    except Unanswered:
        return None


async def _echo(site: Site) -> Sightings:
    token = secrets.token_hex(8)
    answer = await _get(site, site.root, "TRACE", (("X-Xorb-Trace", token),))
    if answer is not None and answer.status == _OK and token.encode() in answer.body:
        yield site.root, "TRACE / was answered with the request's own headers"


async def _advertised(look: Advertised, site: Site) -> Sightings:
    answer = await _get(site, site.root, "OPTIONS")
    if answer is None or answer.status >= 300:  # noqa: PLR2004  only a success describes the resource
        return
    allowed = {method.strip().upper() for method in answer.value("allow").split(",")}
    if not allowed.isdisjoint(look.methods):
        yield site.root, f"Allow: {answer.value('allow')}"


async def _exposed(look: Exposed, site: Site) -> Sightings:
    signature = re.compile(look.signature.encode("latin-1"))
    if signature.search(site.nonsense[:_FILE_BYTES]):
        return
    for path in site.only or look.paths:
        answer = await _get(site, site.at(path), limit=_FILE_BYTES)
        if answer is not None and answer.status == _OK and signature.search(answer.body):
            yield answer.url, _excerpt(look.show, answer)


def _excerpt(show: Show, answer: Response) -> str:
    text = answer.body.decode("latin-1")
    match show:
        case Show.FIRST_LINE:
            return text.partition("\n")[0]
        case Show.NAMES:
            return "\n".join(f"{name}=…" for name in re.findall(r"(?m)^\s*(?:export )?(\w+)=", text))
        case Show.SIZE:
            size = answer.value("content-length") or f"at least {len(answer.body)}"
            return f"HTTP {answer.status}, {answer.value('content-type') or 'no type'}, {size} bytes"


async def _listing(look: Listing, site: Site) -> Sightings:
    """A listed directory lists those within as well: the outermost is the finding."""
    signature = re.compile(look.signature.encode())
    found: list[str] = []
    for path in site.only or dict.fromkeys((*look.guesses, *directories(site.linked)[:_MAX_DIRECTORIES])):
        if any(path.startswith(listed) for listed in found):
            continue
        answer = await _get(site, site.at(path))
        if answer is None or answer.status != _OK or not answer.is_html:
            continue
        title = signature.search(answer.body)
        if title and not signature.search(site.nonsense):
            found.append(path)
            yield answer.url, title.group().decode("latin-1")


async def _redirects(look: RedirectsAnywhere, site: Site) -> Sightings:
    """Ask with every parameter at once, each naming a host of its own, so that the answer tells which it was."""
    linked = [url.path.partition("?")[0] for url in site.linked if _asks(url, look.parameters)]
    query = urlencode({name: f"https://{_label(name)}.{PROBE_DOMAIN}/" for name in look.parameters})
    for path in site.only or dict.fromkeys((*look.guesses, *linked)):
        answer = await _get(site, site.at(f"{path}?{query}"))
        if answer is None or not answer.is_redirect:
            continue
        host = _host(answer)
        if host.endswith("." + PROBE_DOMAIN):
            yield site.at(path), f"Location: {answer.value('location')}"
            if path == "/":
                return


def _asks(url: Url, parameters: list[str]) -> bool:
    query = url.path.partition("?")[2]
    return any(pair.partition("=")[0] in parameters for pair in query.split("&"))


def _label(parameter: str) -> str:
    return parameter.replace("_", "-").lower()


def _host(answer: Response) -> str:
    try:
        return str(answer.url.join(answer.value("location")).host)
    except OutOfScope:
        return ""


async def _reflects(look: ReflectsOrigin, site: Site) -> Sightings:
    """Ask the front page and a few pages it links to; one place is enough to show how the site is set up."""
    origin = f"https://{PROBE_DOMAIN}"
    for url in [site.at(path) for path in site.only] or (site.root, *site.linked[:_MAX_PAGES]):
        answer = await _get(site, url, headers=(("Origin", origin),))
        if answer is None or answer.value("access-control-allow-origin") != origin:
            continue
        credentials = answer.value("access-control-allow-credentials").lower() == "true"
        if credentials is look.credentials:
            shown = f"Access-Control-Allow-Origin: {origin}"
            yield url, shown + ("\nAccess-Control-Allow-Credentials: true" if credentials else "")
            return
