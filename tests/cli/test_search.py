"""Searching from the terminal."""

import json

from xorb.core.v1 import finding_pb2

from tests.cli.conftest import Xorb
from tests.cli.platform import ORGANIZATION, Platform, new_id


def test_findings_are_found_by_all_words(xorb: Xorb, platform: Platform) -> None:
    for title in ("OpenSSL bleeds", "OpenSSL is old"):
        platform.findings.append(finding_pb2.Finding(name=f"{ORGANIZATION}/findings/{new_id()}", title=title))
    assert "OpenSSL is old" in xorb("search", "openssl").out
    found = json.loads(xorb("search", "openssl", "bleeds", "-o", "json").out)
    assert [finding["title"] for finding in found] == ["OpenSSL bleeds"]
    assert "There are no such findings." in xorb("search", "nothing").err
