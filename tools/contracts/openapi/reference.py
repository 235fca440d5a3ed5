"""The API reference for people: one static page that needs no network and no library."""

import base64
import hashlib
from pathlib import Path

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from tools.contracts.openapi import views
from tools.contracts.openapi.well_known import Schema

_HERE = Path(__file__).parent
# Text of the contracts is never trusted to be HTML.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def page(document: Schema) -> str:
    """Returns the page, which forbids by its own policy to load or run anything but what it carries."""
    script = (_HERE / "reference.js").read_text()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["markdown"] = lambda text: Markup(_MARKDOWN.render(text))  # noqa: S704 - html is off
    environment.filters["inline"] = lambda text: Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - html is off
    return environment.get_template("reference.html.j2").render(
        document=document,
        groups=views.operations(document),
        schemas=views.schemas(document),
        style=Markup((_HERE / "reference.css").read_text()),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'",
    )
