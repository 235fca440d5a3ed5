"""A site as its checks see it: the front page, what it links to, and what a made-up path is answered with."""

import secrets
from dataclasses import dataclass, replace

from services.executors.engines.http.client import Client, Response, Unanswered
from services.executors.engines.http.links import links
from services.executors.urls import Url


@dataclass(frozen=True)
class Site:
    """One origin under assessment.

    Attributes:
        client: Fetches its pages.
        root: Its front page's URL, the place of what concerns the site as a whole.
        chain: The answers from the root along the site's own redirects, at least one.
        linked: The URLs of the site that its front page links to.
        nonsense: The body a made-up path is answered with, empty unless the status is 200.
        asset: The host, as the target names it.
        only: The only paths, with query, that weaknesses of single pages are looked for at; any where there are none.
    """

    client: Client
    root: Url
    chain: tuple[Response, ...]
    linked: tuple[Url, ...]
    nonsense: bytes
    asset: str
    only: tuple[str, ...] = ()

    @property
    def front(self) -> Response:
        """The page a visitor ends up on."""
        return self.chain[-1]

    @property
    def encrypted(self) -> bool:
        """Whether the site is served over TLS."""
        return self.root.scheme == "https"

    def at(self, path: str) -> Url:
        """Return the URL of `path` (with query, if any) on this site."""
        return replace(self.root, path=path)


async def survey(client: Client, start: Url, only: tuple[str, ...] = ()) -> Site:
    """Return the site that answers at `start`, to be looked at there only; raises `Unanswered` where none does."""
    root = replace(start, path="/")
    chain = await client.follow(start)
    return Site(client, root, chain, links(chain[-1]), await _nonsense(client, root), str(start.host), only)


async def _nonsense(client: Client, root: Url) -> bytes:
    """A catch-all answers anything with a page; knowing it keeps that page from passing for a file."""
    try:
        answer = await client.fetch(replace(root, path=f"/{secrets.token_hex(8)}"))
    except Unanswered:
        return b""
    return answer.body if answer.status == 200 else b""  # noqa: PLR2004  the status codes are the names
