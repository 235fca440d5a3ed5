"""What is read out of trackers' events, and what isn't."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.notifications.channels.domain import Channel, Kind
from services.core.notifications.issues import events
from services.core.notifications.issues.events import Heard
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from tests.core.notifications.issues.webhooks import SECRET, Event, commented, github, jira

NOW = datetime.now(UTC)
GITHUB = Channel(
    identifiers.new(), "", Kind.GITHUB, False, False, {"repository": "Example/site"}, "https://api.github.com", NOW, NOW
)
JIRA = Channel(identifiers.new(), "", Kind.JIRA, False, False, {"project": "SEC"}, "https://jira.example", NOW, NOW)


def heard(channel: Channel, event: Event) -> Heard | None:
    """What an event says."""
    return events.heard(channel, *event, datetime.now(UTC))


@pytest.mark.parametrize(
    ("channel", "event", "closed"),
    [
        (GITHUB, github("issues", "closed", 7), True),
        (GITHUB, github("issues", "reopened", 7), False),
        (JIRA, jira("jira:issue_updated", "SEC-7"), True),
        (JIRA, jira("jira:issue_updated", "SEC-7", "indeterminate"), False),
    ],
)
def test_what_closes_and_opens(channel: Channel, event: Event, *, closed: bool) -> None:
    said = heard(channel, event)
    assert said is not None
    assert (said.closed, said.comment) == (closed, "")
    assert said.key in {"7", "SEC-7"}


def test_comments() -> None:
    said = heard(GITHUB, commented("It is **gone**.", 7, "octo\ncat"))
    assert said is not None
    assert (said.key, said.closed, said.comment, said.author) == ("7", None, "It is **gone**.", "octo cat")
    comment = {"body": "x" * 20_000, "author": {"displayName": ""}}
    said = heard(JIRA, jira("comment_created", comment=comment))
    assert said is not None
    assert (len(said.comment), said.author) == (9000, "somebody")


@pytest.mark.parametrize(
    ("channel", "event"),
    [
        (GITHUB, github("issues", "labeled")),
        (GITHUB, github("ping", "closed")),
        (GITHUB, github("issues", "closed", repository={"full_name": "example/other"})),
        (GITHUB, github("issues", "closed", repository=["example/site"])),
        (JIRA, jira("jira:issue_updated", "SECOND-1")),
        (JIRA, jira("jira:issue_created")),
        (JIRA, jira("jira:issue_updated", status="")),
    ],
)
def test_what_concerns_nothing(channel: Channel, event: Event) -> None:
    assert heard(channel, event) is None


@pytest.mark.parametrize("moved", [-timedelta(days=8), timedelta(hours=1)])
def test_what_is_of_another_time_is_refused(moved: timedelta) -> None:
    for channel, event in (
        (GITHUB, github("issues", "closed", at=NOW + moved)),
        (JIRA, jira("jira:issue_updated", at=NOW + moved)),
    ):
        with pytest.raises(Failure) as failure:
            heard(channel, event)
        assert failure.value.reason is Reason.INVALID_FIELD


def test_signatures() -> None:
    for kind, (headers, body) in ((Kind.GITHUB, github("issues", "closed")), (Kind.JIRA, jira("jira:issue_updated"))):
        assert events.signed(kind, headers, body, SECRET)
        assert not events.signed(kind, headers, body + b" ", SECRET)
        assert not events.signed(kind, headers, body, "another secret of it")
        assert not events.signed(kind, {}, body, SECRET)
        other = Kind.JIRA if kind is Kind.GITHUB else Kind.GITHUB
        assert not events.signed(other, headers, body, SECRET)


@given(body=st.binary(max_size=200))
def test_without_a_secret_nothing_is_signed(body: bytes) -> None:
    assert not events.signed(Kind.GITHUB, {"x-hub-signature-256": "sha256=é"}, body, "")


@given(content=st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)))
def test_anything_signed_is_read_or_refused(content: object) -> None:
    for where in ("repository", "issue", "comment", "timestamp", "webhookEvent", "action"):
        for channel, (headers, body) in ((GITHUB, commented("x")), (JIRA, jira("jira:issue_updated"))):
            broken = json.dumps({**json.loads(body), where: content}).encode()
            with suppress(Failure):
                events.heard(channel, headers, broken, datetime.now(UTC))
