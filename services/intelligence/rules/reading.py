"""Reads texts of rules: what each is, what it says of itself, and whether it can be evaluated."""

from collections.abc import Mapping, Sequence

import yaml
from sigma.filters import SigmaFilter

from services.intelligence.detection.correlation import reading as correlations
from services.intelligence.detection.sigma.parsing import documents
from services.intelligence.detection.sigma.parsing.compiling import Compiler, refusing
from services.intelligence.detection.sigma.parsing.documents import Document
from services.intelligence.detection.sigma.parsing.refusals import Refusal, Refused
from services.intelligence.rules.domain import Content, Draft, Kind, Level, key

_LEVELS = {level.name.lower(): level for level in Level if level}
_LONGEST = 500
_TAGS = 100


def one(text: str) -> Content:
    """Returns a text that holds one rule.

    Raises:
        Refused: It can't be evaluated, or isn't one document.
    """
    found = documents.read(text)
    if len(found) != 1:
        raise Refused(f"one rule is wanted, and the text has {len(found)}")
    return _content(text, found[0])


def file(path: str, text: str) -> tuple[list[Draft], list[Refusal]]:
    """Returns the rules of a file that can be evaluated, and why others can't; never raises for what is in it."""
    try:
        found = documents.read(text)
        texts = _texts(text)
    except Refused as error:
        return [], [Refusal(path, "", str(error))]
    drafts, refusals = [], []
    for place, (document, own) in enumerate(zip(found, texts, strict=True)):
        try:
            content = _content(own, document)
        except Refused as error:
            refusals.append(Refusal(path, _text(document, "id"), str(error)))
        else:
            drafts.append(Draft(key(content, f"path:{path}#{place}"), path, content))
    return drafts, refusals


def _texts(text: str) -> list[str]:
    """Each document's own lines, comments included; empty documents are left out, as `documents.read` does."""
    lines = text.splitlines(keepends=True)
    begins: list[int] = []
    empty: list[bool] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            mark = event.start_mark
            begins.append(mark.line if begins and mark else 0)
            empty.append(True)
        elif isinstance(event, yaml.MappingStartEvent):
            empty[-1] = False
    ends = [*begins[1:], len(lines)]
    parts = ["".join(lines[begin:end]) for begin, end in zip(begins, ends, strict=True)]
    return [_bare(part) for part, nothing in zip(parts, empty, strict=True) if not nothing]


def _bare(part: str) -> str:
    return part.strip().removeprefix("---\n").removesuffix("\n...").strip() + "\n"


def _content(text: str, document: Document) -> Content:
    kind = _kind(document)
    _check(kind, document)
    source = document.get("logsource")
    source = source if isinstance(source, Mapping) else {}
    tags = document.get("tags")
    return Content(
        text=text,
        kind=kind,
        rule_id=_text(document, "id").lower(),
        title=_text(document, "title"),
        level=_LEVELS.get(_text(document, "level").lower(), Level.LEVEL_UNSPECIFIED),
        status=_text(document, "status").lower(),
        product=_text(source, "product"),
        category=_text(source, "category"),
        service=_text(source, "service"),
        tags=_all_texts(tags if isinstance(tags, Sequence) and not isinstance(tags, str) else ()),
    )


def _kind(document: Document) -> Kind:
    if "correlation" in document:
        return Kind.CORRELATION
    return Kind.FILTER if "filter" in document else Kind.RULE


def _check(kind: Kind, document: Document) -> None:
    if kind is Kind.RULE:
        Compiler().compile(document)
    elif kind is Kind.FILTER:
        refusing(lambda: SigmaFilter.from_dict(dict(document)))
    else:
        correlations.read(document)


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    return "" if value is None else str(value).strip()[:_LONGEST]


def _all_texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value)[:_LONGEST] for value in values[:_TAGS]))
