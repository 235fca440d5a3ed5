"""What counts as a change."""

from services.core.findings.history.domain import FieldChange, differences

FIELDS = ("title", "severity", "cves", "updateTime", "etag")


def test_what_differs_is_told_in_order() -> None:
    before = {"severity": "LOW", "title": "A", "etag": "1", "updateTime": "x"}
    after = {"severity": "HIGH", "title": "B", "etag": "2", "updateTime": "y", "cves": ["CVE-2014-0160"]}
    assert differences(FIELDS, before, after) == (
        FieldChange("title", "A", "B"),
        FieldChange("severity", "LOW", "HIGH"),
        FieldChange("cves", None, ["CVE-2014-0160"]),
    )


def test_what_is_gone_is_told() -> None:
    assert differences(FIELDS, {"title": "A"}, {}) == (FieldChange("title", "A", None),)


def test_what_is_the_same_is_not() -> None:
    assert differences(FIELDS, {"title": "A", "etag": "1"}, {"title": "A", "etag": "2"}) == ()
