"""Requests to addresses that others chose reach none that is forbidden, and end in time and size."""

import asyncio
from ipaddress import ip_address

import pytest

from services.executors.domain import Address
from services.mesh.outbound import Outbound, Reach, UndeliveredError
from tests.core.notifications.receiver import Reply, receiving

HERE = Reach(loopback=True)


class Names:
    """A resolver of a zone that its owner may change at any time."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)

    async def __call__(self, name: str) -> tuple[Address, ...]:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return tuple(ip_address(one) for one in answer)


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("169.254.169.254",),
        ("10.0.0.1",),
        ("::1",),
        ("::ffff:127.0.0.1",),
        ("64:ff9b::7f00:1",),
        ("fd00:ec2::254",),
        ("168.63.129.16",),
        ("100.100.100.200",),
        ("0.0.0.0",),  # noqa: S104 - nobody listens
        # One good address doesn't make up for it.
        ("192.88.99.1", "127.0.0.1"),
        ("8.8.8.8", "127.0.0.1"),
    ],
)
async def test_a_name_that_leads_inside_is_not_connected_to(addresses: tuple[str, ...]) -> None:
    async with receiving() as receiver:
        outbound = Outbound(Reach(), Names(addresses))
        with pytest.raises(UndeliveredError, match="may not be connected to"):
            await outbound.request("POST", f"http://inside.example.com:{receiver.port}/", {})
        assert receiver.received == []


async def test_metadata_stays_forbidden_whatever_is_allowed() -> None:
    outbound = Outbound(Reach(loopback=True, private=True))
    for host in ("169.254.169.254", "100.100.100.200", "[fd00:ec2::254]"):
        with pytest.raises(UndeliveredError, match="may not be connected to"):
            await outbound.request("GET", f"http://{host}/latest/meta-data", {})


async def test_a_name_that_changes_is_connected_to_where_it_was_checked() -> None:
    async with receiving() as receiver:
        names = Names(("127.0.0.1",), ("169.254.169.254",))
        outbound = Outbound(HERE, names)
        assert (await outbound.request("GET", f"http://a.example.com:{receiver.port}/", {})).status == 200
        with pytest.raises(UndeliveredError):
            await outbound.request("GET", f"http://a.example.com:{receiver.port}/", {})
        (got,) = receiver.received
        assert got.headers["host"] == f"a.example.com:{receiver.port}"


async def test_redirects_are_answers() -> None:
    async with receiving() as inner, receiving(lambda _: Reply(302, {"location": inner.url})) as outer:
        answer = await Outbound(HERE).request("POST", outer.url, {}, b"x")
        assert (answer.status, answer.headers["location"]) == (302, inner.url)
        assert inner.received == []


async def test_an_answer_ends_in_time_and_size() -> None:
    async with receiving(lambda _: Reply(body=b"x" * 100_000)) as receiver:
        with pytest.raises(UndeliveredError, match="more than 1000 bytes"):
            await Outbound(HERE, most=1000).request("GET", receiver.url, {})
        receiver.slow = 5.0
        async with asyncio.timeout(2):
            with pytest.raises(UndeliveredError, match="no answer within"):
                await Outbound(HERE, seconds=0.2).request("GET", receiver.url, {})


async def test_what_fails_is_said_without_the_url() -> None:
    async with receiving(lambda _: Reply(0)) as receiver:
        for url in (f"{receiver.url}/secret", "http://127.0.0.1:1/secret"):
            with pytest.raises(UndeliveredError) as caught:
                await Outbound(HERE, seconds=2).request("POST", url, {})
            assert "secret" not in str(caught.value)


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        await Outbound(HERE).request("GET", receiver.url, {})
        assert (len(proxy.received), len(receiver.received)) == (0, 1)
