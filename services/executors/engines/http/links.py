"""Where a page leads within its own site."""

from html.parser import HTMLParser

from services.executors.domain import OutOfScope
from services.executors.engines.http.client import Response
from services.executors.urls import Url

MAX_LINKS = 50
"""Links read of a page; an assessment of configuration is no crawl."""

_ATTRIBUTES = {"a": "href", "form": "action", "img": "src", "script": "src", "link": "href", "iframe": "src"}


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = _ATTRIBUTES.get(tag)
        self.references.extend(value for name, value in attrs if name == wanted and value)


def links(page: Response) -> tuple[Url, ...]:
    """Return the URLs of the same origin that an HTML page links to, each once, at most `MAX_LINKS`."""
    if not page.is_html:
        return ()
    collector = _Collector()
    collector.feed(page.body.decode("utf-8", "replace"))
    found: dict[Url, None] = {}
    for reference in collector.references[: 4 * MAX_LINKS]:
        try:
            url = page.url.join(reference)
        except OutOfScope:
            continue
        if url.origin == page.url.origin:
            found[url] = None
    return tuple(found)[:MAX_LINKS]


def directories(urls: tuple[Url, ...]) -> tuple[str, ...]:
    """Return the directories those URLs are in, and the directories around them, shortest path first."""
    found: set[str] = set()
    for url in urls:
        parts = url.path.partition("?")[0].split("/")[1:-1]
        found.update("/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))
    return tuple(sorted(found, key=lambda path: (path.count("/"), path)))
