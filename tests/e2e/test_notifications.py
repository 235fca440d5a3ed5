"""Webhooks through failures and the death of who sends: every event arrives, with its key, in order where asked."""

import asyncio
import itertools
import os
import zlib
from collections import Counter
from collections.abc import Mapping

import pytest

from stack.polling import until
from tests.core.notifications.receiver import Received, Receiver, Reply, receiving
from tests.core.notifications.verification import verified
from tests.e2e.members import Member

EVENTS = int(os.environ.get("XORB_WEBHOOK_EVENTS", "40"))
# After a death a worker is missed for ten seconds, and four failures in a row cost as much.
_ARRIVES = 90 + EVENTS / 4
_FAILURES = 0.3


def flaky() -> Receiver:
    """Fails three tries in ten: an error of the server, a connection that ends, or an answer that comes too late."""
    tries = itertools.count()

    def answer(got: Received) -> Reply:
        number = next(tries)
        if zlib.crc32(f"{got.key} {number}".encode()) % 100 >= _FAILURES * 100:
            return Reply()
        return (Reply(500, body=b"secret of the receiver"), Reply(0), Reply(302, {"location": "/x"}))[number % 3]

    return Receiver(answer)


async def channel(member: Member, url: str, **more: object) -> Mapping[str, str]:
    body = {"webhook": {"url": f"{url}/in"}, **more}
    return await member.post(f"{member.organization}/notificationChannels", body)


async def rule(member: Member, *channels: Mapping[str, str], **more: object) -> Mapping[str, str]:
    body = {"eventTypes": ["target.created"], "channels": [one["name"] for one in channels], **more}
    return await member.post(f"{member.organization}/notificationRules", body)


async def registered(member: Member, numbers: range) -> list[str]:
    """The names of new targets, in order."""
    made = []
    for number in numbers:
        target = await member.post(f"{member.organization}/targets", {"host": f"h{number}.example.com"})
        made.append(target["name"])
    return made


def places(got: list[Received]) -> list[str]:
    """The resources of what arrived, in order, each once."""
    return list(dict.fromkeys(one.json["data"]["resource"] for one in got))


@pytest.mark.timeout(300)
async def test_every_event_arrives_through_failures_and_a_death(member: Member) -> None:
    first, second = flaky(), flaky()
    async with receiving(first.answer) as ordered, receiving(second.answer) as free:
        in_order = await channel(member, ordered.url, ordered=True)
        as_it_comes = await channel(member, free.url)
        await rule(member, in_order, as_it_comes)
        made = await registered(member, range(EVENTS // 2))

        async def begun() -> bool:
            return len(ordered.taken) >= EVENTS // 8

        await until(begun, _ARRIVES)
        killed = member.platform.kill("orchestrator")
        made += await registered(member, range(EVENTS // 2, EVENTS))
        await member.platform.restarted(killed)

        async def complete() -> bool:
            return len(places(ordered.taken)) == len(places(free.taken)) == EVENTS

        await until(complete, _ARRIVES)
        for receiver, secret in ((ordered, in_order["signingSecret"]), (free, as_it_comes["signingSecret"])):
            assert sorted(places(receiver.taken)) == sorted(made)
            assert len(receiver.received) > EVENTS * (1 + _FAILURES / 2)
            assert all(verified(secret, got) for got in receiver.received)
            keys = {one.json["data"]["resource"]: set[str]() for one in receiver.received}
            for got in receiver.received:
                keys[got.json["data"]["resource"]].add(got.key)
            assert Counter(len(found) for found in keys.values()) == {1: EVENTS}
        assert places(ordered.taken) == made
        assert places(ordered.received) == made

        async def settled() -> bool:
            return not await member.every(f"{member.organization}/notificationDeliveries?filter=state%3DPENDING", _MANY)

        await until(settled, 20)
    sent = await member.every(f"{member.organization}/notificationDeliveries", _MANY)
    assert Counter(one["state"] for one in sent) == {"DELIVERED": 2 * EVENTS}
    assert "secret of the receiver" not in str(sent)


_MANY = "notificationDeliveries"


async def test_what_is_given_up_is_listed_and_sent_again(member: Member) -> None:
    gone = True
    async with receiving(lambda _: Reply(410 if gone else 200)) as receiver:
        made = await channel(member, receiver.url)
        sent = await member.post(f"{made['name']}:send-test")
        dead: list[Mapping[str, object]] = []

        async def given_up() -> bool:
            dead[:] = await member.every(f"{member.organization}/notificationDeliveries?filter=state%3DDEAD", _MANY)
            return bool(dead)

        await until(given_up, 20)
        assert dead[0]["name"] == sent["notificationDelivery"]
        assert dead[0]["lastError"] == "it answered with 410"
        assert "verifyTime" not in await member.get(made["name"])
        gone = False
        again = await member.post(f"{dead[0]['name']}:retry")
        assert (again["state"], again["attemptCount"]) == ("PENDING", 0)

        async def is_verified() -> bool:
            return "verifyTime" in await member.get(made["name"])

        await until(is_verified, 20)
        assert {one.key for one in receiver.received} == {str(dead[0]["name"]).rpartition("/")[2]}


async def test_nothing_goes_to_where_a_redirect_or_a_name_leads(member: Member) -> None:
    async with receiving() as inner:
        redirect = Reply(307, {"location": f"{inner.url}/internal"})
        async with receiving(lambda _: redirect) as outer:
            made = await channel(member, outer.url)
            await member.post(f"{made['name']}:send-test")

            async def tried() -> bool:
                return len(outer.received) > 1

            await until(tried, 20)
            await asyncio.sleep(0)
            assert inner.received == []
