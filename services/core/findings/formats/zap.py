"""ZAP's traditional reports, XML and JSON.

Their fields: zaproxy.org/docs/desktop/addons/report-generation/report-traditional-json, and report-traditional-xml.
"""

from collections.abc import Iterator, Sequence

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Entry, Reported, Status, Tool
from services.core.findings.formats.kernel.record import Node, Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.tag import Tag
from services.core.findings.formats.kernel.texts import joined, plain
from services.core.findings.formats.kernel.words import cwes, instant, links, severity
from services.core.findings.formats.readers.json import json_texts, json_values
from services.core.findings.formats.readers.xml import xml_elements

_RISKS = {"3": Severity.HIGH, "2": Severity.MEDIUM, "1": Severity.LOW, "0": Severity.INFO}
_CONFIDENCES = {"0": Status.FALSE_POSITIVE, "4": Status.VERIFIED}


def _read(source: Source) -> Iterator[Entry]:
    if source.head.root is not None:
        return each(xml_elements(source, "OWASPZAPReport/site/alerts/alertitem"), _item)
    texts = json_texts(source, "@version", "@generated", "site[].@name")
    version, time = texts.get(("@version", ()), ""), texts.get(("@generated", ()), "")

    def alert(record: Record) -> Iterator[Reported]:
        site = texts.get(("site[].@name", record.indices[:1]), "")
        return _alerts(Tool("ZAP", version), time, site, record.node, list(record.node.items("instances")))

    return each(json_values(source, "site[].alerts[]"), alert)


def _item(record: Record) -> Iterator[Reported]:
    root, site, _ = record.ancestors
    tool = Tool("ZAP", root.get("version", ""))
    instances = record.tag.items("instances/instance")
    return _alerts(tool, root.get("generated", ""), site.get("name", ""), record.tag, instances)


def _alerts(tool: Tool, time: str, site: str, alert: Node | Tag, instances: Sequence[Node | Tag]) -> Iterator[Reported]:
    """Returns one for each instance; old reports have one alert for each, which is its own instance."""
    risk, confidence = alert.text("riskcode"), alert.text("confidence")
    places: Sequence[Node | Tag] = instances or [alert]
    for instance in places:
        url = required(instance.text("uri") or site, "uri")
        yield Reported(
            tool=tool,
            check=alert.text("alertRef") or alert.text("pluginid"),
            title=alert.text("name") or alert.text("alert"),
            location=Web(url, instance.text("method"), instance.text("param")),
            description=joined(plain(alert.text("desc")), plain(alert.text("otherinfo"))),
            remediation=plain(alert.text("solution")),
            evidence=joined(instance.text("attack"), instance.text("evidence"), instance.text("otherinfo")),
            references=links(plain(alert.text("reference"))),
            severity=severity(risk, others=_RISKS),
            tool_severity=alert.text("riskdesc").partition(" (")[0] or risk,
            cwes=cwes(alert.text("cweid")),
            status=_CONFIDENCES.get(confidence, Status.OPEN),
            seen_at=instant(time),
        )


def _recognizes(head: Head) -> bool:
    return head.tag("OWASPZAPReport") or (head.json.has("@version", "@generated") and not head.json.many)


FORMAT = Format(
    name="zap", title="ZAP XML and JSON reports", endings=("xml", "json"), recognizes=_recognizes, read=_read
)
