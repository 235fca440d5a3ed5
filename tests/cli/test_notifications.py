"""`xorb notification`: channels, rules and what became of deliveries."""

import json

from xorb.core.v1 import finding_pb2
from xorb.core.v1.notification_channel_pb2 import JiraEndpoint
from xorb.core.v1.notification_rule_pb2 import NotificationRule

from tests.cli.conftest import Xorb
from tests.cli.notifying import SECRET
from tests.cli.platform import Platform

URL = "https://hooks.example.com/in/token"


def test_a_webhook_is_made_and_its_url_read_from_stdin(xorb: Xorb, platform: Platform) -> None:
    made = xorb("notification", "channels", "create", "webhook", "--name", "Ours", "--ordered", stdin=f"{URL}\n")
    assert made.code == 0
    assert SECRET in made.out
    assert "isn't shown again" in made.err
    sent = platform.requests[-1].notification_channel
    assert (sent.webhook.url, sent.ordered) == (URL, True)
    assert URL not in made.out
    listed = xorb("notification", "channels", "list").out
    assert "Ours" in listed
    assert "in order" in listed
    assert "notificationDeliveries" in xorb("notification", "channels", "test", "ours").out
    assert SECRET in xorb("notification", "channels", "rotate-secret", "ours").out
    assert "disabled" in xorb("notification", "channels", "disable", "ours").out
    assert xorb("notification", "channels", "enable", "ours").code == 0
    assert xorb("notification", "channels", "delete", "ours", "--yes").code == 0
    assert "There is no channel" in xorb("notification", "channels", "list").err


def test_where_other_channels_lead(xorb: Xorb, platform: Platform) -> None:
    line = ("notification", "channels", "create")
    assert xorb(*line, "email", "a@example.com", "b@example.com").code == 0
    assert list(platform.requests[-1].notification_channel.email.recipients) == ["a@example.com", "b@example.com"]
    assert xorb(*line, "github", "example/site", stdin="token\n").code == 0
    assert platform.requests[-1].notification_channel.github.token == "token"
    assert xorb(*line, "jira", "https://jira.example.com", "SEC", "--account", "a@b.org", stdin="token\n").code == 0
    jira = platform.requests[-1].notification_channel.jira
    assert (jira.project, jira.version, jira.token) == ("SEC", JiraEndpoint.V3, "token")
    for wrong in (("fax",), ("email",), ("jira", "https://jira.example.com"), ("slack", URL)):
        assert xorb(*line, *wrong).code == 2


def test_a_rule_is_made_from_words(xorb: Xorb, platform: Platform) -> None:
    xorb("notification", "channels", "create", "slack", "--name", "Room", stdin=f"{URL}\n")
    line = ("notification", "rules", "create", "room", "--event", "finding.*", "--name", "Grave", "--severity", "high")
    assert xorb(*line, "--state", "open", "--digest", "daily", "--time-zone", "Europe/Berlin", "--hour", "9").code == 0
    sent = platform.requests[-1].notification_rule
    assert (sent.minimum_severity, sent.frequency, sent.hour) == (finding_pb2.HIGH, NotificationRule.DAILY, 9)
    assert list(sent.states) == ["OPEN"]
    assert "Grave" in xorb("notification", "rules", "list").out
    assert xorb(*line[:-1], "worst").code == 2
    assert xorb("notification", "rules", "delete", "grave", "--yes").code == 0


def test_what_was_given_up_is_listed_and_sent_again(xorb: Xorb, platform: Platform) -> None:
    (dead,) = json.loads(xorb("notification", "deliveries", "--filter", "state = DEAD", "--output", "json").out)
    assert dead["lastError"] == "it answered with 410"
    assert platform.requests[-1].filter == "state = DEAD"
    assert "pending" in xorb("notification", "retry", dead["name"][-8:]).out
