"""What sightings have in common."""

from dataclasses import replace
from typing import Any

import pytest

from services.core.findings.domain import Report
from services.core.findings.matching.keys import Key, Kind, keys
from services.mesh import identifiers
from tests.core.findings.samples import ORGANIZATION, report


def seen(
    tool: str = "ZAP", *, part: str = "", place: str = "", aliases: tuple[str, ...] = (), **weakness: Any
) -> Report:
    """Returns an imported sighting."""
    one = report(**{"target": None, "check": "10038", **weakness})
    return Report(replace(one.sighting, tool=tool, part=part, place=place, aliases=aliases), one.weakness)


def shared(one: Report, other: Report) -> list[Kind]:
    """Returns the kinds of the keys that two sightings share."""
    values = {key.value for key in keys(ORGANIZATION, other)}
    return [key.kind for key in keys(ORGANIZATION, one) if key.value in values]


def key(of: Report, kind: Kind) -> Key | None:
    return next((key for key in keys(ORGANIZATION, of) if key.kind is kind), None)


def test_another_organization_has_other_keys() -> None:
    ours = {key.value for key in keys(ORGANIZATION, seen())}
    assert not ours & {key.value for key in keys(identifiers.new(), seen())}


@pytest.mark.parametrize(
    "other",
    [
        {"tool": "zap", "check": " 10038 "},
        {"asset": "EXAMPLE.com.", "location": "HTTPS://example.com:443/#top"},
        {"location": "https://example.com"},
        {"place": "https://example.com/", "location": "another spelling"},
    ],
)
def test_spelling_makes_no_difference(other: dict[str, Any]) -> None:
    assert Kind.RULE in shared(seen(), seen(**other))


@pytest.mark.parametrize(
    "other",
    [
        {"tool": "Nuclei"},
        {"check": "10039"},
        {"asset": "www.example.com"},
        {"location": "https://example.com/a"},
        {"part": "q"},
        {"target": identifiers.new()},
    ],
)
def test_each_field_of_the_rule_counts(other: dict[str, Any]) -> None:
    assert Kind.RULE not in shared(seen(), seen(**other))


def test_values_of_a_query_are_a_tests_own() -> None:
    one, other = seen(location="https://example.com/?q=1&p=2"), seen(location="https://example.com/?p=%27&q=2")
    assert Kind.RULE in shared(one, other)


def test_the_whole_set_of_cves_counts() -> None:
    one = seen("Trivy", check="a", cves=("CVE-2024-1111", "CVE-2024-2222"))
    assert shared(one, seen("Grype", check="b", cves=("cve-2024-2222", "CVE-2024-1111"))) == [Kind.CVE]
    assert shared(one, seen("Grype", check="b", cves=("CVE-2024-1111",))) == []


def test_github_names_what_has_no_cve() -> None:
    one = seen("Grype", check="a", aliases=("GHSA-aaaa-bbbb-cccc",))
    assert shared(one, seen("OSV-Scanner", check="b", aliases=("ghsa-AAAA-bbbb-cccc", "other"))) == [Kind.CVE]


def test_a_cwe_needs_a_part_of_a_place_and_tells_one_weakness() -> None:
    one = seen("ZAP", part="q", cwes=(79, 200))
    assert shared(one, seen("Burp", check="b", part="q", cwes=(79,))) == [Kind.CWE]
    assert shared(one, seen("Burp", check="b", part="p", cwes=(79,))) == []
    assert shared(one, seen("Burp", check="b", part="q", cwes=(200,))) == []
    assert shared(one, seen("Burp", check="b", part="q", cwes=(79,), cves=("CVE-2024-1111",))) == []
    assert key(seen(cwes=(79,)), Kind.CWE) is None


def test_tools_checks_for_one_weakness_have_one_name() -> None:
    ours = report(check="http.missing-csp")
    assert shared(ours, seen()) == [Kind.WEAKNESS]
    assert shared(seen(location="https://example.com/a"), seen("Nuclei", check="one")) == []


def test_some_weaknesses_are_a_whole_sites() -> None:
    one = seen("ZAP", check="10035", location="https://example.com/a")
    assert shared(one, seen("testssl.sh", check="HSTS", location="example.com:443", place="example.com:443/tcp")) == [
        Kind.WEAKNESS
    ]
    assert shared(one, seen("ZAP", check="10035-1", location="https://example.com:8443/")) == []


def test_without_an_asset_only_the_rule_counts() -> None:
    one = seen("Trivy", asset="", location="pkg:npm/a", check="one", cves=("CVE-2024-1111",), part="x", cwes=(79,))
    assert [key.kind for key in keys(ORGANIZATION, one)] == [Kind.RULE]
