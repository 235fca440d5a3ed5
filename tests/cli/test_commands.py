"""Targets, findings and what all commands share: formats, names, errors."""

import csv
import io
import json
from pathlib import Path

import pytest
from google.rpc import code_pb2
from xorb.core.v1 import finding_pb2, scan_pb2, target_pb2

from tests.cli.conftest import Xorb
from tests.cli.platform import ORGANIZATION, Platform


def _finding(number: int, **fields: object) -> finding_pb2.Finding:
    name = f"{ORGANIZATION}/findings/0190b0a0-0000-7000-8000-{number:012x}"
    values = {"title": f"Finding {number}", "severity": finding_pb2.LOW, "state": finding_pb2.Finding.OPEN, **fields}
    return finding_pb2.Finding(name=name, **values)  # type: ignore[arg-type]  # fields of every type


@pytest.fixture
def targets(xorb: Xorb) -> list[str]:
    addresses = ["example.org", "192.0.2.0/28", "https://shop.example.org/", "::1", "example.com"]
    for address in addresses:
        assert xorb("targets", "add", address).code == 0
    return addresses


def test_targets_add_knows_the_kind(xorb: Xorb, platform: Platform, targets: list[str]) -> None:
    kinds = [target.WhichOneof("address") for target in platform.targets]
    assert kinds == ["host", "cidr_block", "url", "host", "host"]
    assert len(platform.request_ids) == len(targets)


def test_targets_add_options(xorb: Xorb, platform: Platform) -> None:
    line = ("targets", "add", "192.0.2.0/28", "--name", "lab", "--exclude", "192.0.2.1", "--exclude", "192.0.2.2")
    result = xorb(*line, "--verification", "well-known")
    assert result.code == 0
    assert "Publish this token." in result.out
    [target] = platform.targets
    assert list(target.excluded_addresses) == ["192.0.2.1", "192.0.2.2"]
    assert target.verification_method == target_pb2.Target.WELL_KNOWN


def test_list_in_every_format(xorb: Xorb, targets: list[str]) -> None:
    table = xorb("targets", "list").out
    assert all(address in table for address in targets)
    assert len(json.loads(xorb("targets", "list", "-o", "json").out)) == 5
    assert len(json.loads(xorb("--output", "json", "targets", "list").out)) == 5
    rows = list(csv.DictReader(io.StringIO(xorb("--output", "json", "targets", "list", "--output", "csv").out)))
    assert [row["address"] for row in rows] == targets


def test_without_a_terminal_a_row_is_a_line(xorb: Xorb, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    platform.findings.append(_finding(1, title="A title that is longer than forty characters " * 2))
    lines = xorb("findings", "list").out.splitlines()
    assert len(lines) == 2
    assert lines[0].split()[-2:] == ["LAST", "SEEN"]


def test_names_may_be_short(xorb: Xorb, platform: Platform, targets: list[str]) -> None:
    first = platform.targets[0]
    for text in ("example.org", "EXAMPLE.org", first.name, first.name[-36:], first.name[-8:]):
        assert json.loads(xorb("targets", "show", text, "-o", "json").out)["name"] == first.name


@pytest.mark.parametrize("text", ["nothing.example", "12345678"])
def test_an_unknown_name(xorb: Xorb, targets: list[str], text: str) -> None:
    result = xorb("targets", "show", text)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert repr(text) in result.err


def test_an_ambiguous_name(xorb: Xorb, platform: Platform) -> None:
    xorb("targets", "add", "a.example", "--name", "web")
    xorb("targets", "add", "b.example", "--name", "web")
    result = xorb("targets", "verify", "web")
    assert result.code == 1
    assert platform.targets[0].name[-8:] in result.err


def test_verify_and_remove(xorb: Xorb, platform: Platform, targets: list[str]) -> None:
    assert xorb("targets", "verify", "example.org", "example.com").out.count("is verified") == 2
    assert xorb("targets", "remove", "example.org", stdin="n\n").code == 1
    assert xorb("targets", "remove", "example.org", "--yes").code == 0
    assert len(platform.targets) == 4


def test_findings_list_and_filter(xorb: Xorb, platform: Platform, targets: list[str]) -> None:
    platform.findings.extend(_finding(number) for number in range(7))
    assert xorb("findings", "list").out.count("Finding") == 7
    assert xorb("findings", "list", "--limit", "4").out.count("Finding") == 4
    line = (
        "--severity",
        "high",
        "--state",
        "open",
        "--target",
        "example.org",
        "--filter",
        'check = "a" OR check = "b"',
    )
    assert xorb("findings", "list", *line).code == 0
    name = platform.targets[0].name
    assert platform.requests[-1].filter == (
        f'severity >= "HIGH" AND state = "OPEN" AND target = "{name}" AND (check = "a" OR check = "b")'
    )


def test_what_was_matched_is_shown_and_corrected(xorb: Xorb, platform: Platform) -> None:
    platform.findings.extend(_finding(number) for number in (1, 2))
    kept, other = (finding.name for finding in platform.findings)
    assert "The same check at the same place" in xorb("findings", "sightings", kept, "--output", "json").out
    assert xorb("findings", "split", kept, "00000000").out.strip().endswith("2: 1 sightings")
    assert xorb("findings", "remediate", kept).code == 0
    assert xorb("findings", "merge", kept, other).code == 0
    assert [finding.duplicate_of for finding in platform.findings] == ["", kept]
    assert platform.findings[0].state == finding_pb2.Finding.IN_REMEDIATION


def test_no_findings_is_no_error(xorb: Xorb) -> None:
    result = xorb("findings", "list")
    assert (result.code, result.out) == (0, "")
    assert xorb("findings", "list", "-o", "json").out == "[]\n"


@pytest.mark.parametrize(("state", "code"), [(finding_pb2.Finding.OPEN, 4), (finding_pb2.Finding.DISMISSED, 0)])
def test_fail_on(xorb: Xorb, platform: Platform, state: finding_pb2.Finding.State, code: int) -> None:
    platform.findings.append(_finding(1, severity=finding_pb2.HIGH, state=state))
    assert xorb("findings", "list", "--fail-on", "high").code == code
    assert xorb("findings", "list", "--fail-on", "critical").code == 0


def test_findings_through_their_life(xorb: Xorb, platform: Platform) -> None:
    platform.findings.extend([_finding(1), _finding(2)])
    first, second = (finding.name[-8:] for finding in platform.findings)
    assert xorb("findings", "triage", first, second).out == "Finding 1: triaged\nFinding 2: triaged\n"
    assert xorb("findings", "resolve", first).code == 0
    assert xorb("findings", "dismiss", second).code == 2
    assert xorb("findings", "dismiss", second, "--reason", "It is a test server").code == 0
    assert platform.findings[1].dismissal_reason == "It is a test server"
    assert xorb("findings", "reopen", second, "-o", "json").out.count('"OPEN"') == 1
    assert "Finding 1" in xorb("findings", "show", first).out


def test_csv_has_no_formulas(xorb: Xorb, platform: Platform) -> None:
    titles = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", 'a"b,c\nd', "harmless"]
    platform.findings.extend(_finding(number, title=title) for number, title in enumerate(titles))
    rows = list(csv.DictReader(io.StringIO(xorb("findings", "export").out)))
    assert [row["title"] for row in rows] == [f"'{title}" for title in titles[:5]] + titles[5:]


def test_export_to_a_file(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    platform.findings.extend(_finding(number) for number in range(4))
    file = tmp_path / "findings.jsonl"
    assert xorb("findings", "export", "--file", str(file), "-o", "json").out == ""
    assert [json.loads(line)["title"] for line in file.read_text().splitlines()] == [f"Finding {n}" for n in range(4)]
    assert file.stat().st_mode & 0o077 == 0
    result = xorb("findings", "export", "--file", str(tmp_path / "no" / "file"))
    assert (result.code, result.err.count("\n")) == (1, 1)


def test_a_hostile_title_reaches_no_terminal(xorb: Xorb, platform: Platform) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202e[bold]x[/bold]\u009b31m\r"
    platform.findings.append(_finding(1, title=hostile, description=hostile, location=hostile, evidence=hostile))
    for line in (("list",), ("show", platform.findings[0].name[-8:]), ("triage", platform.findings[0].name[-8:])):
        out = xorb("findings", *line).out
        assert not set(out) & set("\x1b\x07\u202e\u009b\r")
        assert "[bold]x[/bold]" in out
    for output in ("json", "csv"):
        assert not set(xorb("findings", "list", "-o", output).out) & set("\x1b\x07\u202e\u009b\r")


def test_evidence(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    name = f"{ORGANIZATION}/scans/0190b0a0-0000-7000-8000-00000000000a"
    platform.scans.append(scan_pb2.Scan(name=name, display_name="nightly"))
    evidence = f"{name}/evidence/0190b0a0-0000-7000-8000-00000000000b"
    platform.evidence.append(scan_pb2.Evidence(name=evidence, executor="ports", content=b"220 ftp\x1b[31m\r\nok\xff"))
    assert "ports" in xorb("scan", "evidence", "nightly").out
    assert "\x1b" not in xorb("scan", "evidence", "nightly", evidence[-8:]).out
    file = tmp_path / "raw"
    assert xorb("scan", "evidence", name[-8:], evidence[-8:], "--file", str(file)).code == 0
    assert file.read_bytes() == b"220 ftp\x1b[31m\r\nok\xff"


def test_an_unavailable_server_is_asked_again(xorb: Xorb, platform: Platform) -> None:
    platform.failures["CreateTarget"] = [(code_pb2.UNAVAILABLE, "UNAVAILABLE", "Try again in a moment.")] * 2
    assert xorb("targets", "add", "example.org").code == 0
    creates = [request for request in platform.requests if request.DESCRIPTOR.name == "CreateTargetRequest"]
    assert len(creates) == 3
    assert len({request.request_id for request in creates}) == 1


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ((code_pb2.FAILED_PRECONDITION, "TARGET_NOT_VERIFIED", "Not verified."), "Not verified. `xorb targets verify"),
        ((code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "Your roles don't allow this."), "Ask an owner"),
        ((code_pb2.UNIMPLEMENTED, "", ""), "doesn't know this call"),
        ((code_pb2.DEADLINE_EXCEEDED, "", ""), "didn't answer in time"),
        ((code_pb2.UNKNOWN, "", "a\nb\x1b"), "The call failed (UNKNOWN)"),
    ],
)
def test_errors_are_one_line(xorb: Xorb, platform: Platform, failure: tuple[int, str, str], message: str) -> None:
    platform.failures["ListTargets"] = [failure]
    result = xorb("targets", "list")
    assert (result.code, result.out) == (1, "")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert "\x1b" not in result.err


@pytest.mark.parametrize(
    "address", ["ftp://x", "127.0.0.1:8000", "http://", "http://x:99999", "http://u:p@x", "http://x/y"]
)
def test_a_bad_server_address(anonymous: Xorb, address: str) -> None:
    result = anonymous("--server", address, "whoami")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "--server" in result.err


def test_no_server(anonymous: Xorb, monkeypatch: pytest.MonkeyPatch) -> None:
    result = anonymous(
        "--server", "http://127.0.0.1:9", "login", "--email", "a@b.c", "--password-stdin", stdin="x" * 12
    )
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "make up" in result.err


def test_usage_errors(anonymous: Xorb) -> None:
    assert anonymous("nonsense").code == 2
    assert anonymous("scan", "run").code == 2
    assert anonymous("findings", "list", "--severity", "worst").code == 2
    assert anonymous("--help").code == 0


def test_shell_completion(anonymous: Xorb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_XORB_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "xorb sc")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert "scan" in anonymous().out
