"""Talking about findings."""

import json

from xorb.core.v1 import finding_pb2

from tests.cli.conftest import Xorb
from tests.cli.platform import ORGANIZATION, Platform, new_id


def found(platform: Platform) -> str:
    """The short form of a new finding's name."""
    name = f"{ORGANIZATION}/findings/{new_id()}"
    platform.findings.append(finding_pb2.Finding(name=name, title="No HSTS"))
    return name[-8:]


def test_notes_are_written_read_changed_and_removed(xorb: Xorb, platform: Platform) -> None:
    finding = found(platform)
    assert xorb("notes", "list", finding).code == 0
    assert xorb("notes", "add", finding, "It is real.").code == 0
    assert xorb("notes", "add", finding, "-", stdin="Two\nlines").code == 0
    first, second = json.loads(xorb("notes", "list", finding, "-o", "json").out)
    assert (first["content"], second["content"]) == ("It is real.", "Two\nlines")
    assert xorb("notes", "edit", finding, first["name"][-8:], "It isn't.").code == 0
    assert "It isn't." in xorb("notes", "list", finding).out
    assert xorb("notes", "remove", finding, second["name"][-8:], stdin="n\n").code == 1
    assert xorb("notes", "remove", finding, second["name"][-8:], "--yes").code == 0
    assert [note.name for note in platform.notes] == [first["name"]]


def test_the_history_says_what_was_and_is(xorb: Xorb, platform: Platform) -> None:
    told = xorb("findings", "history", found(platform))
    assert told.code == 0
    assert 'severity: "LOW" → "HIGH"' in told.out
