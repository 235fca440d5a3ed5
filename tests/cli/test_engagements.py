"""`xorb engagement`: drafting, moving, stopping."""

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
    assert "WSTG-INPV-05" in xorb("engagement", "checklist", "Spring").out
    assert "no engagement" in xorb("engagement", "close", "Autumn").err


def test_a_scan_is_ordered_under_an_engagement(xorb: Xorb, platform: Platform) -> None:
    platform.script = script.small()
    assert xorb("targets", "add", "127.0.0.1").code == 0
    assert xorb("engagement", "add", "Spring").code == 0

    assert xorb("scan", "run", "127.0.0.1", "--engagement", "Spring").code == 0

    assert "/engagements/" in platform.scans[0].engagement
