"""Signed webhooks: what the guide's reader verifies, and what it refuses."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from services.core.notifications.channels import domain as channels
from services.core.notifications.channels.domain import Channel, Kind, Opened
from services.core.notifications.deliveries import domain
from services.core.notifications.sending import webhook
from services.core.notifications.sending.outcome import RefusedError, require_taken
from services.mesh import identifiers
from services.mesh.outbound import Answer, Outbound, Reach
from tests.core.notifications.receiver import Received, Reply, receiving
from tests.core.notifications.verification import verified

NOW = datetime.now(UTC)


def opened(url: str = "https://example.com/") -> Opened:
    channel = Channel(identifiers.new(), "", Kind.WEBHOOK, False, False, {}, "", NOW, NOW)
    return Opened(channel, {"url": url, "signing": channels.signing_secret()})


def delivery() -> domain.Delivery:
    return domain.test(identifiers.new(), identifiers.new(), identifiers.new(), (1, 1), NOW)


def request(to: Opened, when: datetime = NOW) -> Received:
    made = delivery()
    body = webhook.encode(made)
    return Received("POST", "/", webhook.headers(to, made, body, when), body)


def test_what_was_signed_is_genuine_for_five_minutes() -> None:
    to = opened()
    got, secret = request(to), to.secrets["signing"]
    for seconds, genuine in ((0, True), (299, True), (301, False), (-301, False)):
        assert verified(secret, got, NOW.timestamp() + seconds) is genuine
    assert not verified(channels.signing_secret(), got)
    assert not verified(secret, dataclasses.replace(got, body=got.body + b" "))
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert not verified(secret, dataclasses.replace(got, headers={**got.headers, name: "1"}))


def test_while_a_secret_is_rotated_both_are_good() -> None:
    to = opened()
    channel, secrets = channels.rotate(to.channel, to.secrets, NOW)
    rotated = Opened(channel, secrets)
    for when, before in ((NOW, True), (NOW + channels.OVERLAP + timedelta(seconds=1), False)):
        got = request(rotated, when)
        assert verified(secrets["signing"], got, when.timestamp())
        assert verified(to.secrets["signing"], got, when.timestamp()) is before
    assert to.secrets["signing"] not in repr(rotated)


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of Standard Webhooks 1.0."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    made = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_request_arrives_as_it_was_made() -> None:
    async with receiving() as receiver:
        to = opened(f"{receiver.url}/in?token=x")
        await webhook.send(Outbound(Reach(loopback=True)), to, delivery(), NOW)
    (got,) = receiver.received
    assert (got.method, got.path, got.headers["content-type"]) == ("POST", "/in?token=x", "application/json")
    assert verified(to.secrets["signing"], got, NOW.timestamp())


async def test_what_is_not_taken_says_why_without_a_secret() -> None:
    for reply, final in ((Reply(500, body=b"secret"), False), (Reply(410), True), (Reply(302), False)):
        async with receiving(lambda _, reply=reply: reply) as receiver:  # type: ignore[misc]  # its default is its type
            to = opened(f"{receiver.url}/hidden")
            with pytest.raises(RefusedError) as caught:
                await webhook.send(Outbound(Reach(loopback=True)), to, delivery(), NOW)
        assert caught.value.final is final
        assert str(reply.status) in str(caught.value)
        assert "hidden" not in str(caught.value)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("waits", "seconds"), [("7", 7), ("", None), ("-1", None), ("soon", None), ("9" * 30, None), ("Wed, 21 Oct", None)]
)
def test_a_receiver_may_ask_to_wait(waits: str, seconds: int | None) -> None:
    with pytest.raises(RefusedError) as caught:
        require_taken(Answer(429, {"retry-after": waits}, b""))
    assert caught.value.asked == (None if seconds is None else timedelta(seconds=seconds))
