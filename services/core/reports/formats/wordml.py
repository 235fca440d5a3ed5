"""Paragraphs, runs and tables as WordprocessingML (ISO/IEC 29500-1 §17), made element by element.

python-docx's own setters look through all that is there already, and go through texts letter by letter: with a thousand
findings that takes minutes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

_BREAKS = re.compile("([\n\t])")
_TWIPS = 1440 / 25.4  # in a millimetre
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Look:
    """How a run looks where not as its style says: size in points, colour `#rrggbb`."""

    bold: bool = False
    color: str = ""
    size: float = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """How a paragraph stands: its style's identifier, space before it in points, whether the next one stays with it."""

    style: str = ""
    before: float = 0
    keep: bool = False
    new_page: bool = False
    centered: bool = False


PLAIN_LOOK, PLAIN = Look(), Layout()
"""As the style says."""


def element(tag: str, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    """Returns an element of WordprocessingML with children and attributes."""
    made = OxmlElement(f"w:{tag}", {qn(f"w:{name}"): value for name, value in attributes.items()})
    made.extend(children)
    return made


def run(text: str, look: Look = PLAIN_LOOK) -> BaseOxmlElement:
    """Returns a text as a run; ends of lines and tabs are kept."""
    made = element("r", *_properties(look))
    for part in _BREAKS.split(text):
        if part in ("\n", "\t"):
            made.append(element("br" if part == "\n" else "tab"))
        elif part:
            made.append(words := element("t"))
            words.set(_SPACE, "preserve")
            words.text = part
    return made


def paragraph(*content: BaseOxmlElement, layout: Layout = PLAIN) -> BaseOxmlElement:
    """Returns a paragraph of runs and links."""
    properties = []
    if layout.style:
        properties.append(element("pStyle", val=layout.style))
    properties += [element(name) for name in ("keepNext",) if layout.keep]
    properties += [element(name) for name in ("pageBreakBefore",) if layout.new_page]
    if layout.before:
        properties.append(element("spacing", before=str(round(layout.before * 20))))
    if layout.centered:
        properties.append(element("jc", val="center"))
    return element("p", *([element("pPr", *properties)] if properties else []), *content)


def marked(name: str, number: int, content: BaseOxmlElement) -> list[BaseOxmlElement]:
    """Returns content that links lead to, under a number that is used once."""
    start = element("bookmarkStart", id=str(number), name=name)
    return [start, content, element("bookmarkEnd", id=str(number))]


def link(name: str, content: BaseOxmlElement) -> BaseOxmlElement:
    """Returns content that leads to what is marked by the name."""
    return element("hyperlink", content, anchor=name, history="1")


def table(widths: Sequence[float], rule: str = "") -> BaseOxmlElement:
    """Returns a table without rows: its columns' widths in millimetres, the colour of the lines between its rows."""
    twips = [str(round(width * _TWIPS)) for width in widths]
    sides = ("top", "left", "bottom", "right")
    space = [element(side, w="100" if side in ("left", "right") else "50", type="dxa") for side in sides]
    lines = [
        element(side, val="single", sz="4", space="0", color=rule[1:]) for side in ("top", "bottom", "insideH") if rule
    ]
    properties = element(
        "tblPr",
        element("tblW", w=str(sum(map(int, twips))), type="dxa"),
        element("tblBorders", *lines),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *space),
    )
    return element("tbl", properties, element("tblGrid", *(element("gridCol", w=width) for width in twips)))


def row(
    cells: Iterable[Sequence[BaseOxmlElement]], *, fills: Sequence[str] = (), header: bool = False
) -> BaseOxmlElement:
    """Returns a row of cells, each of paragraphs; `fills` are their colours, a header is repeated on every page."""
    made = element("tr", element("trPr", element("cantSplit"), *([element("tblHeader")] if header else [])))
    for place, content in enumerate(cells):
        properties = element("tcPr")
        if fills:
            properties.append(element("shd", val="clear", color="auto", fill=fills[place][1:].upper()))
        made.append(element("tc", properties, *content))
    return made


def field(code: str) -> list[BaseOxmlElement]:
    """Returns a field, such as `PAGE`, which the word processor computes."""
    instruction = element("instrText")
    instruction.set(_SPACE, "preserve")
    instruction.text = f" {code} "
    kinds = (element("fldChar", fldCharType=kind) for kind in ("begin", "separate", "end"))
    begin, separate, end = (element("r", kind) for kind in kinds)
    return [begin, element("r", instruction), separate, run("1"), end]


def _properties(look: Look) -> list[BaseOxmlElement]:
    if look is PLAIN_LOOK:
        return []
    made = [element("b")] if look.bold else []
    if look.color:
        made.append(element("color", val=look.color[1:].upper()))
    if look.size:
        made.append(element("sz", val=str(round(look.size * 2))))
    return [element("rPr", *made)]
