"""Compiles a collection of rule files: rules, filters over them, correlations among them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from services.intelligence.detection.sigma.expressions import Rule
from services.intelligence.detection.sigma.parsing import documents
from services.intelligence.detection.sigma.parsing.cache import RuleCache
from services.intelligence.detection.sigma.parsing.compiling import Compiler, Placeholders
from services.intelligence.detection.sigma.parsing.documents import Document
from services.intelligence.detection.sigma.parsing.refusals import Refusal, Refused

File = tuple[str, str]
"""A place, for refusals to name, and the text there."""


@dataclass
class Collection:
    """What came of files: compiled rules in their order, what was refused, and the documents of correlations."""

    rules: list[Rule] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    correlations: list[Document] = field(default_factory=list)


def compile_all(
    files: Iterable[File], *, cache: RuleCache | None = None, placeholders: Placeholders | None = None
) -> Collection:
    """Compile files; never raises for what is in them. A file that the cache knows isn't even read as YAML."""
    collection = Collection()
    plain, special = _sorted(files)
    meta = {place: _documents(place, text, collection) for place, text in special}
    filters = [document for found in meta.values() for document in found if "filter" in document]
    work = _Work(collection, cache, filters, placeholders)
    for place, text in plain:
        work.file(place, text)
    for place, found in meta.items():
        collection.rules += work.rules(
            place, [document for document in found if not {"filter", "correlation"} & set(document)]
        )
        collection.correlations += [document for document in found if "correlation" in document]
    return collection


class _Work:
    """One run over files, under the same filters and placeholders."""

    def __init__(
        self,
        collection: Collection,
        cache: RuleCache | None,
        filters: list[Document],
        placeholders: Placeholders | None,
    ) -> None:
        self._collection = collection
        self._cache = cache
        self._context = [_canonical(filters), _canonical(placeholders)]
        self._compiler = Compiler(filters, placeholders)

    def file(self, place: str, text: str) -> None:
        """Compile a file that holds rules only."""
        if self._cache is None:
            self._collection.rules += self.rules(place, _documents(place, text, self._collection))
            return
        key = self._cache.key((*self._context, text))
        rules = self._cache.get(key)
        if rules is None:
            refused = len(self._collection.refusals)
            rules = self.rules(place, _documents(place, text, self._collection))
            if refused == len(self._collection.refusals):
                self._cache.put(key, rules)
        self._collection.rules += rules

    def rules(self, place: str, found: Iterable[Document]) -> list[Rule]:
        """Compile the documents of rules; those that can't be are noted."""
        rules = []
        for document in found:
            try:
                rules.append(self._compiler.compile(document))
            except Refused as error:
                self._collection.refusals.append(Refusal(place, str(document.get("id") or ""), str(error)))
        return rules


def _documents(place: str, text: str, collection: Collection) -> list[Document]:
    try:
        return documents.read(text)
    except Refused as error:
        collection.refusals.append(Refusal(place, "", str(error)))
        return []


_SPECIAL = re.compile(r"""^(?:["']?(?:filter|correlation)["']?\s*:|\s*[{?])""", re.MULTILINE)
"""What may be a filter or a correlation, by its looks: an unindented key, or YAML in a style that hides keys."""


def _sorted(files: Iterable[File]) -> tuple[list[File], list[File]]:
    plain: list[File] = []
    special: list[File] = []
    for file in files:
        (special if _SPECIAL.search(file[1]) else plain).append(file)
    return plain, special


def _canonical(value: object) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode()
