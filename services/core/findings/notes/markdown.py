"""Notes as HTML that is safe to show: CommonMark, rendered without raw HTML and then cut to what is allowed."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_NESTING = 20

# An image would tell whoever serves it who reads the note, and when.
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING})
_PARSER.enable(["table", "strikethrough"]).disable("image")


# A page of notes is read again and again, and one of 10,000 characters may take 100 ms.
@lru_cache(maxsize=512)
def html(content: str) -> str:
    """Returns a text in CommonMark as HTML without scripts, styles, images and forms; links go to the web and mail."""
    return nh3.clean(
        _PARSER.render(content),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        # One would lead into whichever page shows the note.
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
