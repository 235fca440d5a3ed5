"""`xorb engagement`: drafting, moving, stopping."""

from xorb.core.v1.engagement_pb2 import Engagement

from tests.cli import script
from tests.cli.conftest import Xorb
from tests.cli.platform import Platform


def test_an_engagement_is_drafted_moved_and_stopped(xorb: Xorb, platform: Platform) -> None:
    assert xorb("targets", "add", "127.0.0.1").code == 0
    line = ("engagement", "add", "Spring", "--target", "127.0.0.1", "--exclude-path", "/logout", "--rate", "5")
    assert xorb(*line, "--rules", "Be gentle").code == 0
    sent = platform.requests[-1].engagement
    assert list(sent.targets) == [platform.targets[0].name]
    assert (list(sent.excluded_paths), sent.requests_per_second) == (["/logout"], 5)
    assert "scoping" in xorb("engagement", "scope", "spring").out
    assert "stopped" in xorb("engagement", "stop", "Spring", "--reason", "Orders are failing").out
    assert platform.requests[-1].reason == "Orders are failing"
    assert "scoping" in xorb("engagement", "release", "Spring").out
    assert "Spring" in xorb("engagement", "list").out
    assert "Be gentle" in xorb("engagement", "show", "Spring").out
    assert "was stopped" in xorb("engagement", "timeline", "Spring").out
    assert "WSTG-INPV-05" in xorb("engagement", "checklist", "list", "Spring").out
    assert "no engagement" in xorb("engagement", "close", "Autumn").err


def test_a_scan_is_ordered_under_an_engagement(xorb: Xorb, platform: Platform) -> None:
    platform.script = script.small()
    assert xorb("targets", "add", "127.0.0.1").code == 0
    assert xorb("engagement", "add", "Spring").code == 0

    assert xorb("scan", "run", "127.0.0.1", "--engagement", "Spring").code == 0

    assert "/engagements/" in platform.scans[0].engagement


def test_the_budget_and_the_testers_are_shown(xorb: Xorb, platform: Platform) -> None:
    assert (
        xorb("engagement", "add", "Spring", "--hours", "2", "--refuse-beyond", "--tester", "bob@example.org").code == 0
    )
    assert platform.requests[-1].engagement.budget_policy == Engagement.REFUSE

    assert "spent" not in xorb("engagement", "record", "Spring", "--hours", "1", "--note", "Reading").err
    assert "spent" in xorb("engagement", "record", "Spring", "--hours", "1").err
    assert "Reading" in xorb("engagement", "effort", "Spring").out
    shown = xorb("engagement", "show", "Spring").out
    assert "2 of 2" in shown
    assert "/members/" in shown
    assert "/members/" not in xorb("engagement", "assign", "Spring").out


def test_a_checklist_is_worked_on(xorb: Xorb, platform: Platform) -> None:
    assert xorb("engagement", "add", "Spring").code == 0
    assert "97" in xorb("engagement", "checklist", "add", "Spring", "wstg").out
    assert "owasp wstg" in xorb("engagement", "checklist", "progress", "Spring").out
    line = ("--state", "done", "--assignee", "bob@example.org", "--notes", "Nothing there")

    assert xorb("engagement", "checklist", "set", "Spring", "wstg-inpv-05", *line).code == 0

    sent = platform.requests[-1]
    assert list(sent.update_mask.paths) == ["state", "assignee", "notes"]
    assert "/members/" in sent.checklist_item.assignee
    assert "Say what" in xorb("engagement", "checklist", "set", "Spring", "WSTG-INPV-05").err
    assert "no item" in xorb("engagement", "checklist", "set", "Spring", "WSTG-NONE-01", *line).err


def test_a_schedule_is_made_changed_and_removed(xorb: Xorb, platform: Platform) -> None:
    assert xorb("targets", "add", "127.0.0.1").code == 0
    assert xorb("engagement", "add", "Spring").code == 0
    group = ("engagement", "schedules")
    line = ("--target", "127.0.0.1", "--engagement", "Spring", "--cron", "0 3 * * *")

    assert xorb(*group, "add", "Nightly", *line).code == 0
    assert "0 3 * * *" in xorb(*group, "list", "Spring").out
    assert xorb(*group, "edit", "nightly", "--every", "90").code == 0
    assert list(platform.requests[-1].update_mask.paths) == ["interval"]
    assert platform.requests[-1].scan_schedule.etag == '"1"'
    assert "paused" in xorb(*group, "pause", "Nightly").out
    assert "active" in xorb(*group, "resume", "Nightly").out
    assert xorb(*group, "trigger", "Nightly").code == 0
    assert "Nightly" in xorb(*group, "show", "Nightly").out
    assert "Say what" in xorb(*group, "edit", "Nightly").err
    assert xorb(*group, "remove", "Nightly").code == 0
    assert "no schedules" in xorb(*group, "list").err
