"""Deadlines in reports are those of the organization's policy."""

import json
from datetime import UTC, datetime
from typing import Any

from xorb.core.v1.finding_pb2 import ListFindingsRequest, ResolveFindingRequest

from tests.core.findings.samples import NOW
from tests.core.reports.conftest import Client

_AGES = (datetime.now(UTC) - NOW).days
"""How many days ago the samples were seen."""


async def _said(client: Client) -> Any:
    report = await client.rendered(await client.ordered())
    return json.loads(await client.downloaded(report.files[0]))


async def test_without_a_policy_nothing_is_due(client: Client) -> None:
    await client.seen({"severity": "CRITICAL"})
    said = await _said(client)
    assert said["summary"]["deadlines"] == []
    assert [(one["due"], one["late"]) for one in said["findings"]] == [(None, False)]


async def test_what_is_late_is_what_the_policy_says(client: Client) -> None:
    await client.allow(HIGH=_AGES + 300, MEDIUM=1)
    await client.seen(
        *(
            {"severity": severity, "check": f"http.{severity}-{place}"}
            for severity in ("HIGH", "MEDIUM", "LOW")
            for place in (1, 2)
        )
    )
    listed = await client.tenant.call(client.findings.ListFindings, ListFindingsRequest(parent=client.tenant.name))
    for finding in listed.findings:
        if finding.check.endswith("-2"):
            await client.tenant.call(client.findings.ResolveFinding, ResolveFindingRequest(name=finding.name))
    said = await _said(client)
    assert said["summary"]["deadlines"] == [
        {"severity": "HIGH", "mended": 1, "mended_late": 0, "in_time": 1, "late": 0},
        {"severity": "MEDIUM", "mended": 0, "mended_late": 1, "in_time": 0, "late": 1},
    ]
    assert [(one["check"], one["due"] is not None, one["late"], one["mended"]) for one in said["findings"]] == [
        ("http.HIGH-1", True, False, False),
        ("http.HIGH-2", True, False, True),
        ("http.MEDIUM-1", True, True, False),
        ("http.MEDIUM-2", True, True, True),
        ("http.LOW-1", False, False, False),
        ("http.LOW-2", False, False, True),
    ]
