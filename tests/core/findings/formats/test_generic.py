"""Any table or JSON, by a mapping."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.domain import Severity
from services.core.findings.formats import registry
from services.core.findings.formats.generic import FieldMap, field_map, mapped
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.locations import Code, Endpoint, Image, Package, Resource, Web
from services.core.findings.formats.kernel.model import Refused, Reported, Status, Tool
from services.core.findings.formats.kernel.source import Source

MAP = field_map(
    {
        "title": "Issue Name",
        "check": "meta.rule",
        "severity": "Risk",
        "severities": {"S1": "critical", "s2": "HIGH"},
        "url": "Where",
        "cves": "CVE",
        "seen_at": "Date",
        "time_format": "%d.%m.%Y",
        "status": "=accepted",
        "tool": "House audit",
        "records": "data.issues[]",
    }
)


def read(content: bytes, mapping: FieldMap | None = None) -> list[Reported | Refused]:
    form = mapped(mapping) if mapping else registry.formats()["generic"]
    return list(registry.read(form, Source.of(content)))


def test_a_table() -> None:
    content = b"Issue Name;meta.rule;Risk;Where;CVE;Date\nBad;R1;S1;https://a.example/x;CVE-2026-1234;01.03.2026\nWorse;R2;odd;b.example:22;;\n"
    first, second = read(content, MAP)
    assert isinstance(first, Reported)
    assert isinstance(second, Reported)
    assert (first.tool, first.check, first.severity, first.tool_severity) == (
        Tool("House audit"),
        "R1",
        Severity.CRITICAL,
        "S1",
    )
    assert (first.location, first.cves) == (Web("https://a.example/x"), ("CVE-2026-1234",))
    assert (first.seen_at, first.status) == (datetime(2026, 3, 1, tzinfo=UTC), Status.ACCEPTED)
    assert (second.location, second.severity) == (Endpoint("b.example", 22), Severity.SEVERITY_UNSPECIFIED)


def test_json_by_paths() -> None:
    issue = {
        "Issue Name": "Bad",
        "meta": {"rule": "R1"},
        "Risk": "s2",
        "Where": "https://a.example",
        "CVE": ["CVE-2026-1", "cve-2026-1234"],
    }
    (one,) = read(json.dumps({"data": {"issues": [issue]}}).encode(), MAP)
    assert isinstance(one, Reported)
    assert (one.check, one.severity, one.cves) == ("R1", Severity.HIGH, ("CVE-2026-1234",))


@pytest.mark.parametrize(
    ("place", "location"),
    [
        ({"url": "https://a/", "method": "GET", "parameter": "q"}, Web("https://a/", "GET", "q")),
        ({"host": "h", "port": 53, "protocol": "udp"}, Endpoint("h", 53, "udp")),
        ({"file": "a.py", "line": "7", "repository": "r"}, Code("a.py", 7, repository="r")),
        ({"package": "p", "version": "1", "ecosystem": "npm"}, Package("p", "1", "npm")),
        ({"image": "i:1"}, Image("i:1")),
        ({"resource": "x", "provider": "aws", "account": "1", "region": "eu"}, Resource("x", "aws", "1", "eu")),
    ],
)
def test_our_own_names_need_no_mapping(place: dict[str, object], location: object) -> None:
    record = {"title": "t", "severity": "low", "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", **place}
    for content in (json.dumps(record), json.dumps([record]), f"{json.dumps(record)}\n{json.dumps(record)}"):
        one, *_ = read(content.encode())
        assert isinstance(one, Reported)
        assert (one.location, one.severity, one.cvss[0].version) == (location, Severity.LOW, "3.1")


def test_records_that_say_too_little_are_refused() -> None:
    assert read(b"title,host,port\n,h,1\nt,,\nt,h,many\n") == [
        Refused("line 2", "it has neither title nor check"),
        Refused("line 3", "it names none of url, host, file, package, image, resource"),
        Refused("line 4", "the record is no number"),
    ]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"url": "u"}, "title or check"),
        ({"title": "t"}, "one of url"),
        ({"title": "t", "url": "u", "colour": "c"}, "has no colour"),
        ({"title": "t", "url": ["u"], "port": {}}, "port is an object|url is a list"),
        ({"title": "t", "url": "u", "separator": "::"}, "one character"),
        ({"title": "t", "url": "u", "severities": {"x": "awful"}}, "'awful' is no severity"),
        ({"title": "t", "url": "u", "severities": ["x"]}, "not an object"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(document: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        field_map(document)


@given(st.text("title,host:.=[]{}\"'\n", max_size=80), st.sampled_from(["a", "a.b", "=", "=x", ".", "a..b", ""]))
def test_any_mapping_and_any_text_are_borne(content: str, where: str) -> None:
    try:
        read(content.encode(), FieldMap(title="title", url=where or "host", records="a.b[]"))
    except Malformed as error:
        assert str(error)  # noqa: PT017  either outcome will do
