"""Security advisories in the Common Security Advisory Framework 2.0 (docs.oasis-open.org/csaf/csaf/v2.0).

A vulnerability is a finding for each product that it affects, or may affect (`under_investigation`); products that are
fixed or not affected are fine. What `branches` and `relationships` say of a product makes its package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from services.core.findings.formats.kernel.format import Format, collect, each
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_AFFECTED = ("known_affected", "first_affected", "last_affected", "under_investigation")
_DEEP = 12
_REMEDIES = 20
_BRANCHES = tuple("product_tree" + ".branches[]" * depth for depth in range(1, _DEEP))
_NAMED = ("product_tree.full_product_names[]", *(f"{branch}.product" for branch in _BRANCHES))
_RELATED = "product_tree.relationships[]"
_ABOUT = ("document.tracking.id", "document.tracking.current_release_date", "document.publisher.name")
_SEVERITY = "document.aggregate_severity.text"
_Texts = Mapping[tuple[str, tuple[int | str, ...]], str]


@dataclass(frozen=True, slots=True)
class _Product:
    """What a document says of a product: texts of bounded length."""

    name: str
    version: str = ""
    purl: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class _Document:
    """What all vulnerabilities of a document share."""

    products: Mapping[str, _Product]
    texts: Mapping[str, str]


def _read(source: Source) -> Iterator[Entry]:
    about = json_texts(source, *_ABOUT, _SEVERITY)
    document = _Document(_products(source), {path: text for (path, _), text in about.items()})
    return each(json_values(source, "vulnerabilities[]"), partial(_vulnerability, document))


def _products(source: Source) -> dict[str, _Product]:
    """Returns the products by their identifiers; those that stand in others as `component of` come after them."""
    names = [f"{branch}.{name}" for branch in _BRANCHES for name in ("name", "category")]
    texts = json_texts(source, *names)
    found: dict[str, _Product] = {}
    for record in collect(source, json_values(source, *_NAMED, _RELATED)):
        node = record.node
        if record.path == _RELATED:
            full = node.at("full_product_name")
            part, whole = (found.get(_brief(node, f"{at}product_reference")) for at in ("", "relates_to_"))
            name, of = _brief(full, "name"), f"{whole.name} {whole.version}".strip() if whole else ""
            product = _Product(part.name, part.version, part.purl, of) if part else _Product(name, of=of)
            found[_brief(full, "product_id")] = product
        else:
            found[_brief(node, "product_id")] = _named(texts, record)
    return found


def _brief(node: Node, key: str) -> str:
    value = node.value.get(key) if isinstance(node.value, dict) else None
    return Node(value).brief()


def _named(texts: _Texts, record: Record) -> _Product:
    """Returns a product under the name and version of the branches that it is on."""
    kinds: dict[str, str] = {}
    for depth, branch in enumerate(_BRANCHES[: len(record.indices)], 1):
        at = record.indices[:depth]
        kinds[texts.get((f"{branch}.category", at), "")] = texts.get((f"{branch}.name", at), "")
    helper = record.node.at("product_identification_helper").value
    purl = _brief(Node(helper), "purl")
    version = kinds.get("product_version", "")
    return _Product((kinds.get("product_name", "") if version else "") or _brief(record.node, "name"), version, purl)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a vulnerability says of each product, and under the empty identifier of all."""

    scores: Mapping[str, tuple[Cvss, ...]]
    ratings: Mapping[str, list[str]]
    impacts: Mapping[str, list[str]]
    remedies: Mapping[str, list[str]]


def _vulnerability(document: _Document, record: Record) -> Iterator[Reported]:
    vulnerability = record.node
    judged = _judged(vulnerability)
    seen: set[str] = set()
    for status in _AFFECTED:
        for product in vulnerability.texts("product_status", status):
            if product not in seen:
                seen.add(product)
                yield _affected(document, vulnerability, judged, product, status)


def _judged(vulnerability: Node) -> _Judged:
    scores: dict[str, tuple[Cvss, ...]] = {}
    ratings: dict[str, list[str]] = {}
    for one in vulnerability.items("scores"):
        versions = [one.at(version) for version in ("cvss_v4", "cvss_v3", "cvss_v2")]
        found = tuple(score for version in versions for score in _score(version))
        words = [version.text("baseSeverity") for version in versions if version.at("baseSeverity")]
        for product in one.texts("products"):
            scores[product] = found
            ratings[product] = words[:1]
    threats = (one for one in vulnerability.items("threats") if one.text("category") == "impact")
    return _Judged(scores, ratings, _details(threats), _details(vulnerability.items("remediations")))


def _score(score: Node) -> tuple[Cvss, ...]:
    return cvss(score.text("vectorString"), score.number("baseScore"), version=score.text("version"))


def _details(entries: Iterator[Node]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in entries:
        for product in one.texts("product_ids") or ("",):
            found.setdefault(product, []).append(one.text("details"))
    return found


def _identifier(one: Node) -> str:
    """Returns an identifier of another system, which is named where the identifier is a mere number."""
    text = one.text("text")
    return f"{one.text('system_name')} {text}".strip() if text.isdigit() else text


def _of(product: str, details: Mapping[str, list[str]]) -> list[str]:
    return [*details.get(product, ()), *details.get("", ())]


def _affected(document: _Document, vulnerability: Node, judged: _Judged, identifier: str, status: str) -> Reported:
    product = document.products.get(identifier, _Product(identifier))
    scores = judged.scores.get(identifier, ())
    words = (*_of(identifier, judged.impacts), *_of(identifier, judged.ratings), document.texts.get(_SEVERITY, ""))
    cve, tracking = vulnerability.text("cve"), document.texts.get(_ABOUT[0], "")
    others = tuple(_identifier(one) for one in vulnerability.items("ids"))
    notes = (one for one in vulnerability.items("notes") if one.text("category") in {"description", "summary"})
    return Reported(
        tool=Tool(document.texts.get(_ABOUT[2], "") or "CSAF"),
        check=cve or next(iter(others), "") or f"{tracking}: {vulnerability.text('title')}",
        title=vulnerability.text("title") or cve,
        location=Package(product.name, product.version, purl=product.purl, of=product.of),
        description=joined(*(one.text("text") for one in notes)),
        evidence=tracking,
        remediation=joined(*_of(identifier, judged.remedies)[:_REMEDIES]),
        references=tuple(one.text("url") for one in vulnerability.items("references")),
        severity=severity(words[0], scores),
        tool_severity=words[0],
        cvss=scores,
        cwes=cwes(vulnerability.text("cwe", "id")),
        cves=(cve,),
        aliases=others,
        status_reason="under investigation" if status == _AFFECTED[-1] else "",
        seen_at=instant(document.texts.get(_ABOUT[1], "")),
    )


def _recognizes(head: Head) -> bool:
    return head.json.text("document.csaf_version") == "2.0"


FORMAT = Format(name="csaf", title="CSAF 2.0 advisory", endings=("json",), recognizes=_recognizes, read=_read)
