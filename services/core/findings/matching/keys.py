"""What two sightings have in common that are of one finding: their match keys."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from uuid import UUID

from services.core.findings.domain import Report
from services.core.findings.formats.kernel import locations
from services.core.findings.identity import identity, normal_host, normal_location
from services.core.findings.matching.weaknesses import NAMES, SITE

_ONE_PLACE = frozenset({22, 78, 79, 89, 90, 91, 94, 352, 502, 601, 611, 643, 776, 918, 943, 1336})
"""CWEs that name one weakness at one place (https://cwe.mitre.org); others, such as 200 or 693, name dozens."""
_ADVISORY = re.compile(r"GHSA-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}

normal_place = lru_cache(maxsize=8192)(lambda text: locations.place(text).normal if text else "")
"""Returns the one form of a location that is written as a URL, or as host and port."""


class Kind(IntEnum):
    """What a key is made of, the strongest first, numbered as in the contract."""

    RULE = 1
    CVE = 2
    WEAKNESS = 3
    CWE = 4


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a sighting.

    Attributes:
        kind: What it is made of.
        value: The SHA-256 of organization, kind and fields, 32 bytes.
        fields: What it is made of, in normal form.
    """

    kind: Kind
    value: bytes
    fields: tuple[tuple[str, str], ...]


def keys(organization: UUID, report: Report) -> tuple[Key, ...]:
    """Returns a sighting's keys, the strongest first; there is always one of the rule.

    What no asset is known of is matched by its rule only, for the same path or package is in many places.
    """
    place = report.sighting.place or normal_place(report.weakness.location)
    asset = _host(report.weakness.asset)
    found = [_rule(organization, report, asset, place)]
    if asset:
        shared = (*_cve(report), *_weakness(report, place), *_cwe(report))
        found += [_key(organization, kind, (("asset", asset), ("place", place), *rest)) for kind, rest in shared]
    return tuple(found)


_host = lru_cache(maxsize=8192)(normal_host)
_Fields = tuple[tuple[str, str], ...]


def _rule(organization: UUID, report: Report, asset: str, place: str) -> Key:
    """Returns the key of the check; of a scan, what was a finding's whole identity before there were others."""
    weakness, sighting = report.weakness, report.sighting
    check = weakness.check.strip().lower()
    if weakness.target is not None:
        value = identity(organization, weakness.target, weakness.check, weakness.asset, weakness.location)
        place = normal_location(weakness.location)
        return Key(
            Kind.RULE, value, (("check", check), ("asset", asset), ("place", place), ("target", str(weakness.target)))
        )
    tool = sighting.tool.lower()
    fields = (("tool", tool), ("check", check), ("asset", asset), ("place", place), ("part", sighting.part))
    return _key(organization, Kind.RULE, fields)


def _cve(report: Report) -> Iterator[tuple[Kind, _Fields]]:
    """Yields the whole set of CVEs, or of GitHub's advisories where there is none; its parts would chain them all."""
    advisories = report.weakness.cves or [name for name in report.sighting.aliases if _ADVISORY.fullmatch(name)]
    if advisories:
        yield Kind.CVE, (("cves", " ".join(sorted({name.upper() for name in advisories}))),)


def _weakness(report: Report, place: str) -> Iterator[tuple[Kind, _Fields]]:
    name = NAMES.get((report.sighting.tool.lower(), report.weakness.check.strip().lower()))
    if name:
        where = (("place", _site(place)),) if name in SITE else ()
        yield Kind.WEAKNESS, (("weakness", name), *where)


def _cwe(report: Report) -> Iterator[tuple[Kind, _Fields]]:
    """Yields CWEs that tell which weakness it is; of those that also have CVEs, these tell better."""
    if report.weakness.cves or not report.sighting.part:
        return
    for cwe in sorted(_ONE_PLACE.intersection(report.weakness.cwes)):
        yield Kind.CWE, (("cwe", str(cwe)), ("part", report.sighting.part))


@lru_cache(maxsize=8192)
def _site(place: str) -> str:
    """Returns host and port of a place."""
    scheme, separator, rest = place.partition("://")
    if not separator:
        return place.partition("/")[0]
    authority = rest.partition("/")[0]
    return authority if re.search(r":\d+$", authority) else f"{authority}:{_PORTS.get(scheme, 0)}"


def _key(organization: UUID, kind: Kind, fields: _Fields) -> Key:
    # The last of two fields with one name counts. JSON keeps a character from moving between two.
    made_of = dict(fields)
    text = json.dumps([str(organization), kind.name, *made_of.items()])
    return Key(kind, hashlib.sha256(text.encode()).digest(), tuple(made_of.items()))
