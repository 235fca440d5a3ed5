"""From what a tool reports to the sighting that the findings service records."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.core.v1 import finding_pb2

from services.core.findings.formats.kernel.locations import Code, Endpoint, Location, Package, Web
from services.core.findings.formats.kernel.model import Reported, Status
from services.core.findings.scoring import score
from services.mesh.texts import clipped

_EVIDENCE = 16_384
_ITEMS = 50
_REMARKS = {
    Status.FALSE_POSITIVE: "Marked as a false positive in the tool.",
    Status.ACCEPTED: "Accepted as a risk in the tool.",
    Status.SUPPRESSED: "Suppressed in the tool.",
}


def sighting(seen: Reported, label: str, now: datetime) -> finding_pb2.SightingReport | None:
    """Returns the sighting of a record, without identifier and target; None of what the tool says is mended.

    Args:
        seen: The record.
        label: The asset where the record has none.
        now: When it was seen where the record doesn't say.
    """
    if seen.status is Status.FIXED:
        return None
    time = Timestamp()
    time.FromDatetime(seen.seen_at or now)
    return finding_pb2.SightingReport(
        time=time,
        tool=seen.tool.name,
        tool_version=seen.tool.version,
        tool_severity=seen.tool_severity,
        tool_finding_id=seen.tool_id,
        aliases=seen.aliases[:_ITEMS],
        place=seen.location.normal,
        part=_part(seen.location),
        finding=finding_pb2.Finding(
            title=seen.title,
            description=_description(seen),
            severity=seen.severity.name,
            cvss_vector=_vector(seen),
            cwes=seen.cwes[:_ITEMS],
            cves=seen.cves[:_ITEMS],
            check=seen.check,
            asset=seen.asset or label,
            location=_shown(seen.location),
            evidence=clipped(seen.evidence, _EVIDENCE),
            remediation=seen.remediation,
            references=seen.references[:_ITEMS],
        ),
    )


def _description(seen: Reported) -> str:
    remark = " ".join(part for part in (_REMARKS.get(seen.status, ""), seen.status_reason) if part)
    return "\n\n".join(part for part in (seen.description, remark) if part)


def _vector(seen: Reported) -> str:
    """Returns the first vector that scores can be made of."""
    return next((one.vector for one in seen.cvss if one.vector and _scores(one.vector)), "")


def _scores(vector: str) -> bool:
    try:
        score(vector)
    except ValueError:
        return False
    return True


def _part(location: Location) -> str:
    match location:
        case Web():
            return location.parameter
        case Code():
            return location.symbol
    return ""


def _shown(location: Location) -> str:
    """Returns a location as a person finds it again."""
    match location:
        case Web():
            return location.url
        case Endpoint():
            return location.normal
        case Code():
            return f"{location.path}:{location.line}" if location.line else location.path
        case Package():
            name = f"{location.name}@{location.version}" if location.version else location.name
            return f"{name} in {location.path}" if location.path else name
    return location.normal
