"""`xorb retest`, `xorb acceptances`, `xorb deadlines`, `xorb findings assign`."""

from pathlib import Path

import pytest
from xorb.core.v1 import acceptance_pb2, deadline_pb2, finding_pb2, retest_pb2

from tests.cli.admission import MEMBER
from tests.cli.conftest import Xorb
from tests.cli.platform import ORGANIZATION, Platform

FINDING = f"{ORGANIZATION}/findings/0190b0a0-0000-7000-8000-00000000c105"


@pytest.fixture(autouse=True)
def finding(platform: Platform) -> None:
    platform.findings.append(finding_pb2.Finding(name=FINDING, title="Version told", state=finding_pb2.Finding.OPEN))


def test_a_retest_from_the_request_to_the_verdict(xorb: Xorb, platform: Platform, tmp_path: Path) -> None:
    assert "requested" in xorb("retest", "request", "0000c105", "--by-hand", "--note", "New release").out
    sent = platform.requests[-1]
    assert (sent.finding, sent.method, sent.note) == (FINDING, retest_pb2.Retest.BY_HAND, "New release")
    retest = str(xorb("retest", "list", "-o", "json").out.split('"name": "')[1].split('"')[0])
    assert "assigned" in xorb("retest", "assign", retest[-8:], "bob@example.org").out
    assert platform.requests[-1].tester == MEMBER
    answer = tmp_path / "answer.txt"
    answer.write_text("Server: Shop", encoding="utf-8")
    assert xorb("retest", "conclude", retest, "fixed").code == 2
    assert "fixed" in xorb("retest", "conclude", retest, "fixed", "--evidence-file", str(answer)).out
    assert platform.requests[-1].evidence == "Server: Shop"
    shown = xorb("retest", "show", retest).out
    assert "- Server: Shop/1.0.2" in shown
    assert "+ Server: Shop" in shown
    filtered = ("--finding", FINDING, "--state", "ended", "--verdict", "fixed")
    assert xorb("retest", "list", *filtered).code == 0
    assert platform.requests[-1].filter == f'finding = "{FINDING}" AND state = "ENDED" AND verdict = "FIXED"'
    assert "cancelled" in xorb("retest", "cancel", retest).out


def test_an_acceptance_from_the_request_to_the_end(xorb: Xorb, platform: Platform) -> None:
    line = ("acceptances", "request", "--because", "A proxy.", "--days", "30")
    assert xorb(*line).code == 2
    assert xorb(*line, "--cve", "cve-2014-0160", "--everything").code == 2
    assert xorb(*line, "--finding", "0000c105").code == 0
    assert platform.requests[-1].acceptance.finding == FINDING
    assert xorb(*line, "--cve", "cve-2014-0160").code == 0
    sent = platform.requests[-1].acceptance
    assert (sent.cve, sent.justification) == ("CVE-2014-0160", "A proxy.")
    name = sent.name or xorb("acceptances", "list", "-o", "json").out.split('"name": "')[-1].split('"')[0]
    assert "approved" in xorb("acceptances", "approve", name, "--note", "For now.").out
    assert platform.requests[-1].note == "For now."
    assert "A proxy." in xorb("acceptances", "show", name).out
    assert "rejected" in xorb("acceptances", "reject", name).out
    assert "revoked" in xorb("acceptances", "revoke", name).out
    assert xorb("acceptances", "list", "--state", "requested").code == 0
    assert platform.requests[-1] == acceptance_pb2.ListAcceptancesRequest(
        parent=ORGANIZATION, filter='state = "REQUESTED"', page_size=platform.requests[-1].page_size
    )


def test_deadlines_are_shown_and_changed(xorb: Xorb, platform: Platform) -> None:
    assert xorb("deadlines", "show").code == 0
    assert xorb("deadlines", "allow", "critical").code == 2
    assert xorb("deadlines", "allow", "critical", "--days", "9").code == 0
    assert xorb("deadlines", "allow", "critical", "--days", "7").code == 0
    assert xorb("deadlines", "allow", "critical", "--business-hours", "16", "--criticality", "critical").code == 0
    sent = platform.requests[-1]
    assert (list(sent.update_mask.paths), sent.deadline_policy.etag) == (["allowances"], "first")
    assert [(one.days, one.business_hours) for one in sent.deadline_policy.allowances] == [(7, 0), (0, 16)]
    assert xorb("deadlines", "disallow", "critical").code == 0
    assert [one.business_hours for one in platform.requests[-1].deadline_policy.allowances] == [16]
    assert xorb("deadlines", "warn", "24").code == 0
    assert platform.requests[-1].deadline_policy.warning.seconds == 86_400
    line = ("deadlines", "calendar", "--time-zone", "Europe/Vienna", "--hours")
    assert xorb(*line, "always").code == 2
    assert xorb(*line, "1-5 09:00-17:30", "--hours", "6 09:00-12:00", "--holiday", "2026-12-25").code == 0
    calendar: deadline_pb2.BusinessCalendar = platform.requests[-1].deadline_policy.calendar
    assert [entry.weekday for entry in calendar.hours] == [1, 2, 3, 4, 5, 6]
    assert (calendar.hours[5].end, list(calendar.holidays)) == ("12:00", ["2026-12-25"])


def test_findings_are_given_to_members(xorb: Xorb, platform: Platform) -> None:
    assert "bob@example.org" in xorb("findings", "assign", "0000c105", "--to", "bob@example.org").out
    assert platform.findings[0].assignee == MEMBER
    assert "nobody" in xorb("findings", "assign", "0000c105").out
    assert platform.findings[0].assignee == ""


def test_somebody_decides_how_grave_a_finding_is(xorb: Xorb, platform: Platform) -> None:
    line = ("findings", "severity", "0000c105")
    assert "high" in xorb(*line).out
    assert xorb(*line, "low").code == xorb(*line, "--because", "Inside.").code == 2
    assert xorb(*line, "low", "--because", "Inside.", "--clear").code == 2
    decided = xorb(*line, "low", "--because", "Only reached from inside.").out
    assert ("low" in decided, "from inside" in decided) == (True, True)
    assert platform.requests[-1].name == f"{FINDING}/severityOverride"
    assert xorb(*line, "--clear").code == 0
    assert platform.calls[-1] == "ClearSeverityOverride"


def test_what_lists_are_filtered_by_is_in_the_help(xorb: Xorb) -> None:
    told = xorb("findings", "list", "--help").out
    assert "assignee" in told
    assert "import" in told
