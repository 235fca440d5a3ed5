"""What real tools report of one site is matched, and told why."""

from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from services.core.findings.domain import Report, Sighting, Weakness, Wording
from services.core.findings.formats.kernel.locations import Web
from services.core.findings.formats.kernel.model import Reported
from services.core.findings.matching.keys import keys
from services.core.findings.matching.recording import Known, Seen, record
from services.core.findings.matching.wire import explanation
from services.mesh import identifiers
from tests.core.findings.formats.files import of_real_files, reported
from tests.core.findings.samples import NOW, ORGANIZATION

SITE = "https://shop.example"


def at_one_site(seen: Reported) -> Report:
    """Returns a sighting as an import would have it, as if the tool had been run against one site."""
    assert isinstance(seen.location, Web)
    path = urlsplit(seen.location.url).path
    location = replace(seen.location, url=f"{SITE}{path}")
    sighting = Sighting(
        identifiers.new(),
        None,
        "",
        NOW,
        seen.evidence,
        imported=UUID(int=9),
        tool=seen.tool.name,
        place=location.normal,
        part=location.parameter,
    )
    wording = Wording(seen.title, seen.description, seen.severity, seen.remediation)
    weakness = Weakness(None, seen.check, "shop.example", location.url, wording, cwes=seen.cwes, cves=seen.cves)
    return Report(sighting, weakness)


@of_real_files
def test_zap_and_wapiti_see_the_same_missing_policy() -> None:
    zap = [at_one_site(one) for one in reported("real/zap/dvwa_baseline_dojo.xml")]
    wapiti = [at_one_site(one) for one in reported("real/wapiti/juicyshop.xml") if isinstance(one.location, Web)]
    seen = [Seen(one, keys(ORGANIZATION, one)) for one in (*zap, *wapiti)]
    batch = record(seen, Known(), NOW, identifiers.new)
    together = [entry for entry in batch.recorded if len({one.report.sighting.tool for one in entry.sightings}) > 1]
    assert len(batch.recorded) < len(seen)
    (policy,) = [entry for entry in together if "CSP" in entry.finding.weakness.wording.title]
    told = [explanation(one) for one in policy.sightings if one.matches]
    across = next(one for one in told if one.matches[0].key == 3)
    assert dict(across.matches[0].fields) == {
        "asset": "shop.example",
        "place": f"{SITE}/",
        "weakness": "missing-csp",
    }
    assert across.summary.startswith("Checks for the same weakness at the same place as sighting ")
