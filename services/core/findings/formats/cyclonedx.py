"""CycloneDX's vulnerabilities and VEX, JSON and XML (cyclonedx.org/docs/1.6/json/#vulnerabilities).

Also those that the extension of version 1.0 to 1.3 puts into a component (cyclonedx.org/ext/vulnerability).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from services.core.findings.formats.kernel.format import Format, collect, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Package
from services.core.findings.formats.kernel.model import Cvss, Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined
from services.core.findings.formats.kernel.words import cves, cvss, cwes, instant, severity
from services.core.findings.formats.readers.json import json_first, json_values
from services.core.findings.formats.readers.xml import xml_elements

_STATES = {
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "exploitable": Status.VERIFIED,
    "false_positive": Status.FALSE_POSITIVE,
    "not_affected": Status.FALSE_POSITIVE,
}
_METHODS = {"CVSSv2": "2.0", "CVSSv3": "3.0", "CVSSv31": "3.1", "CVSSv4": "4.0"}
_DEEP = 20


@dataclass(frozen=True, slots=True)
class _Bill:
    """What vulnerabilities need of the bill besides themselves: what it is of, and its components by reference."""

    product: str
    time: str
    tool: Tool
    components: Mapping[str, Package]

    def package(self, reference: str) -> Package:
        """Returns what a reference names: a component here, or one of another bill, `urn:cdx:…#reference`."""
        known = self.components.get(reference) or self.components.get(reference.partition("#")[2])
        return known or Package(reference, purl=reference if reference.startswith("pkg:") else "", of=self.product)


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root is None:
        return each(json_values(source, "vulnerabilities[]"), partial(_vulnerability, _json_bill(source)))
    bill = _xml_bill(source)
    paths = ("bom/vulnerabilities/vulnerability", "bom/components/component/vulnerabilities/vulnerability")
    records = xml_elements(source, *paths)
    return each(records, lambda record: _vulnerability(bill, _as_json(record)))


def _json_bill(source: Source) -> _Bill:
    about = json_first(source, "metadata")
    product = about.at("component")
    tools = about.at("tools")
    entries = list(tools.items("components") if isinstance(tools.value, dict) else tools.items())
    tool = Tool(entries[0].text("name"), entries[0].text("version")) if entries else Tool("CycloneDX")
    name = _named(product)
    kept = collect(source, json_values(source, "components[]"))
    found = (pair for record in kept for pair in _components(record.node, name, _DEEP))
    return _Bill(name, about.text("timestamp"), tool, {**dict(found), **dict(_components(product, name, 1))})


def _components(component: Node, product: str, deep: int) -> Iterator[tuple[str, Package]]:
    """Returns a component and those in it, by reference."""
    if not component or not deep:
        return
    package = _package(component, product)
    for reference in {component.text("bom-ref"), component.text("purl")} - {""}:
        yield reference, package
    for below in component.items("components"):
        yield from _components(below, product, deep - 1)


def _package(component: Node | Tag, product: str) -> Package:
    name = ":".join(filter(None, (component.text("group"), component.text("name"))))
    return Package(name, component.text("version"), purl=component.text("purl"), of=product)


def _named(product: Node | Tag) -> str:
    return ":".join(filter(None, (product.text("name"), product.text("version"))))


def _xml_bill(source: Source) -> _Bill:
    product, time, tool = "", "", Tool("CycloneDX")
    components: dict[str, Package] = {}
    paths = ("bom/metadata", "bom/components/component")
    for record in collect(source, xml_elements(source, *paths)):
        if record.path == "bom/metadata":
            product, time = _named(record.tag.at("component")), record.tag.text("timestamp")
            first = record.tag.at("tools/tool") or record.tag.at("tools/components/component")
            tool = Tool(first.text("name"), first.text("version")) if first else tool
            components.update(_tag_components(record.tag.at("component"), product))
        else:
            components.update(_tag_components(record.tag, product))
    return _Bill(product, time, tool, components)


def _tag_components(component: Tag, product: str) -> Iterator[tuple[str, Package]]:
    for one in (component, *component.items(".//component")):
        if reference := one.attribute("bom-ref"):
            yield reference, _package(one, product)


def _as_json(record: Record) -> Record:
    """Returns a vulnerability of XML as its JSON would have it."""
    tag = record.tag
    nested = bool(tag.items("ratings/rating/score/base"))
    vulnerability = {
        "id": tag.text("id"),
        "description": tag.text("description"),
        "detail": tag.text("detail"),
        "recommendation": tag.text("recommendation") or "\n".join(tag.texts("recommendations/recommendation")),
        "source": {"name": tag.text("source/name"), "url": tag.text("source/url")},
        "cwes": [*tag.texts("cwes/cwe")],
        "advisories": [{"url": url} for url in (*tag.texts("advisories/advisory/url"), *_links(tag))],
        "references": [{"id": name} for name in tag.texts("references/reference/id")],
        "ratings": [_rating(rating, nested=nested) for rating in tag.items("ratings/rating")],
        "analysis": {"state": tag.text("analysis/state"), "detail": tag.text("analysis/detail")},
        "affects": [{"ref": ref} for ref in (*tag.texts("affects/target/ref"), tag.attribute("ref")) if ref],
    }
    return Record(record.position, Node(vulnerability))


def _links(tag: Tag) -> tuple[str, ...]:
    return tuple(text for text in tag.texts("advisories/advisory") if text.startswith("http"))


def _rating(rating: Tag, *, nested: bool) -> dict[str, object]:
    names = ("severity", "method", "vector")
    score = rating.text("score/base" if nested else "score")
    return {
        **{name: rating.text(name) for name in names},
        "score": score,
        "source": {"name": rating.text("source/name")},
    }


def _vulnerability(bill: _Bill, record: Record) -> Iterator[Reported]:
    one = record.node
    name = required(one.text("id"), "id")
    ratings, state = list(one.items("ratings")), one.text("analysis", "state")
    scores = tuple(score for rating in ratings for score in _score(rating))
    words = [rating.text("severity") for rating in ratings]
    word = next(filter(None, words), "")
    names = (name, *(reference.text("id") for reference in one.items("references")))
    for reference in [affected.text("ref") for affected in one.items("affects")] or [bill.product]:
        location = bill.package(reference)
        yield Reported(
            tool=bill.tool,
            check=name,
            title=f"{name} in {location.name}" if location.name else name,
            location=location,
            asset=bill.product,
            description=joined(one.text("description"), one.text("detail")),
            remediation=joined(one.text("recommendation"), one.text("workaround")),
            references=(one.text("source", "url"), *(advisory.text("url") for advisory in one.items("advisories"))),
            severity=severity(word, scores),
            tool_severity=word,
            cvss=scores,
            cwes=cwes(*one.texts("cwes")),
            cves=cves(*names),
            aliases=tuple(other for other in names if not cves(other)),
            status=_STATES.get(state, Status.OPEN),
            status_reason=joined(state, one.text("analysis", "justification"), one.text("analysis", "detail")),
            seen_at=instant(bill.time),
            tool_id=one.text("bom-ref"),
        )


def _score(rating: Node) -> tuple[Cvss, ...]:
    version = _METHODS.get(rating.text("method"), "")
    return cvss(rating.text("vector"), rating.number("score"), rating.text("source", "name"), version)


def _recognizes(head: Head) -> bool:
    if head.root is not None:
        return head.root.name == "bom" and head.root.namespace.startswith("http://cyclonedx.org/schema/bom/")
    return head.json.text("bomFormat") == "CycloneDX"


FORMAT = Format(
    name="cyclonedx",
    title="CycloneDX vulnerabilities and VEX, JSON and XML",
    endings=("json", "xml"),
    recognizes=_recognizes,
    read=_read,
)
