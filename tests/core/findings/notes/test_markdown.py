"""What of a note reaches a browser."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.core.findings.notes.markdown import html

LENGTH = 10_000
ALLOWED = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


class Elements(HTMLParser):
    """Notes the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(html(text))
    parser.close()
    return parser.found


def test_a_note_keeps_its_form() -> None:
    shown = html(
        "# Seen\n\n*twice*, **really** ~~once~~\n\n- `a`\n\n|x|y|\n|-|-|\n|1|2|\n\n```sh\ncurl <host>\n```\n> so"
    )
    for part in ("<h1>Seen</h1>", "<em>twice</em>", "<strong>", "<s>once</s>", "<li><code>a</code></li>", "<td>2</td>"):
        assert part in shown
    assert "curl &lt;host&gt;" in shown
    assert "<blockquote>" in shown


def test_links_lead_out_and_tell_nothing() -> None:
    [(_, attributes)] = [one for one in elements("[more](https://example.com/a?b=c)") if one[0] == "a"]
    assert attributes == {"href": "https://example.com/a?b=c", "rel": "noopener noreferrer nofollow"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://tracker.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](/v1/accounts/me)",
        "[x](//evil.example)",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n[x]",
        "[a](<vbscript:x> 'onmouseover=\"x\"')",
        "<svg/onload=alert(1)>",
        "<style>*{color:red}</style>",
        '```"><script>alert(1)</script>\n```',
        "<a href='javascript:x'>x</a>",
        "<math><mi//xlink:href='data:x,<script>'>",
    ],
)
def test_nothing_runs(text: str) -> None:
    _harmless(text)


_PIECES = [
    "<",
    ">",
    "[x](",
    "](",
    ")",
    "javascript:",
    "data:",
    "'",
    '"',
    "`",
    "*",
    "\n",
    "&",
    "!",
    "<a href=",
    "|",
    "-",
    "x",
    " ",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join))
@example("![x](javascript:x)")
def test_no_mixture_does_harm(text: str) -> None:
    _harmless(text)


@pytest.mark.parametrize("piece", ["[", "*a", "[a](", "> ", "**a *b ", "~~a", "<a", "&", "`", "|a", "- "])
def test_no_text_takes_long(piece: str) -> None:
    begun = time.process_time()
    html((piece * LENGTH)[:LENGTH])
    # The worst takes a tenth of a second; this is about the power of the length, not the machine.
    assert time.process_time() - begun < 5


def _harmless(text: str) -> None:
    for tag, attributes in elements(text):
        assert tag in ALLOWED
        assert set(attributes) <= {"href", "title", "rel", "start"}
        assert re.match(r"https?:|mailto:|$", attributes.get("href") or "", re.IGNORECASE)
