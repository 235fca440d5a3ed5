"""What parent and child say to each other comes across as it was said."""

from ipaddress import ip_network

import pytest

from services.executors import codec
from services.executors.domain import Kind, Limits, Observation, Progress, Reason, Scope, Service, Severity, Task

OBSERVATION = Observation(
    check="a.b",
    title="Title",
    description="Description",
    severity=Severity.HIGH,
    location="https://example.com/",
    asset="example.com",
    evidence="ü\n",
    remediation="Do",
    cvss_vector="CVSS:3.1/AV:N",
    cwe=(79, 80),
    cve=("CVE-2014-0160",),
    references=("https://example.com/",),
)


def test_a_task_comes_across() -> None:
    task = Task(
        executor="ports",
        target="192.0.2.0/24",
        kind=Kind.CIDR,
        scope=Scope(
            (ip_network("192.0.2.0/24"),),
            (ip_network("2001:db8::/32"),),
            ("a.example",),
            ("https://b.example/",),
            True,
            False,
            ("pay.a.example",),
            ("/admin",),
        ),
        ports=(22, 80),
        limits=Limits(seconds=1.5),
        resolver="127.0.0.1:53",
        services=(Service("192.0.2.1", 22, banner="SSH"),),
    )
    line = codec.encode_task(task)
    assert line.count(b"\n") == 1
    assert codec.decode_task(line) == task


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("progress", Progress(1, 2, "three")),
        ("observation", OBSERVATION),
        ("service", Service("192.0.2.1", 22)),
        ("end", None),
    ],
)
def test_a_record_comes_across(kind: str, value: object) -> None:
    assert codec.decode_record(codec.encode_record(kind, value)) == (kind, value)


def test_errors_and_raw_output_come_across() -> None:
    error = codec.encode_record("error", (Reason.FAILED, "why"))
    assert codec.decode_record(error) == ("error", (Reason.FAILED, "why"))
    assert codec.decode_record(codec.encode_raw(b"\0\xff", "text/xml")) == ("raw", ("text/xml", b"\0\xff"))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b"{}",
        b'{"a": 1}',
        b'{"progress": 1}',
        b'{"error": ["NO", ""]}',
        b'{"a":1,"b":2}',
        b"\xff",
    ],
)
def test_nonsense_is_malformed(line: bytes) -> None:
    with pytest.raises(codec.Malformed):
        codec.decode_record(line)
    with pytest.raises(codec.Malformed):
        codec.decode_task(line)
