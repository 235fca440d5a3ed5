"""What rules tell of, and when digests are due."""

from datetime import UTC, datetime

import pytest

from services.core.notifications.rules.domain import Criteria, Frequency, Schedule

TARGET = "organizations/o/targets/t"
FINDING = {
    "type": "finding.created",
    "resource": "organizations/o/findings/f",
    "severity": "HIGH",
    "state": "OPEN",
    "target": TARGET,
}


@pytest.mark.parametrize(
    ("criteria", "meets"),
    [
        (Criteria(("finding.created",)), True),
        (Criteria(("finding.*",)), True),
        (Criteria(("*",)), True),
        (Criteria(("scan.*", "finding.reopened")), False),
        (Criteria(("*",), minimum_severity=4), True),
        (Criteria(("*",), minimum_severity=5), False),
        (Criteria(("*",), targets=(TARGET,)), True),
        (Criteria(("*",), targets=("organizations/o/targets/u",)), False),
        (Criteria(("*",), states=("OPEN", "TRIAGED")), True),
        (Criteria(("*",), states=("RESOLVED",)), False),
    ],
)
def test_criteria(criteria: Criteria, *, meets: bool) -> None:
    assert criteria.meets(FINDING) is meets


def test_what_has_no_severity_meets_no_minimum() -> None:
    scan = {"type": "scan.failed", "resource": "organizations/o/scans/s"}
    assert Criteria(("*",)).meets(scan)
    assert not Criteria(("*",), minimum_severity=1).meets(scan)


def test_notifications_are_not_told_of() -> None:
    assert not Criteria(("*",)).meets({"type": "notification_delivery.died", "resource": "x"})


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (Schedule(), "2026-03-02T10:17:05", "2026-03-02T10:17:05"),
        (Schedule(Frequency.HOURLY), "2026-03-02T10:17:05", "2026-03-02T11:00:00"),
        (Schedule(Frequency.HOURLY), "2026-03-02T10:00:00", "2026-03-02T11:00:00"),
        (Schedule(Frequency.DAILY, "Europe/Berlin", 9), "2026-03-02T07:59:59", "2026-03-02T08:00:00"),
        (Schedule(Frequency.DAILY, "Europe/Berlin", 9), "2026-03-02T08:00:00", "2026-03-03T08:00:00"),
        # Summer time begins on the 29th: nine o'clock is an hour earlier in UTC.
        (Schedule(Frequency.DAILY, "Europe/Berlin", 9), "2026-03-28T12:00:00", "2026-03-29T07:00:00"),
        # There is no half past two that night; the day before has one.
        (Schedule(Frequency.DAILY, "Europe/Berlin", 2), "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
        (Schedule(Frequency.WEEKLY, "UTC", 6, 1), "2026-03-02T05:00:00", "2026-03-02T06:00:00"),
        (Schedule(Frequency.WEEKLY, "UTC", 6, 1), "2026-03-02T06:00:00", "2026-03-09T06:00:00"),
        (Schedule(Frequency.WEEKLY, "America/New_York", 20, 7), "2026-03-02T12:00:00", "2026-03-09T00:00:00"),
    ],
)
def test_when_a_digest_is_due(schedule: Schedule, now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert schedule.due(moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)
