"""Proofs of ownership, looked for in a real DNS and on real sites of loopback."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.core.targets import domain
from services.core.targets.addresses import Rules
from services.core.targets.domain import Address, Kind, Method, Target
from services.core.targets.ownership import Prover
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from tests.executors.names import resolving, table
from tests.executors.servers import Site, endless, serve, silent

RULES = Rules(allow_loopback=True)
PATH = "/.well-known/xorb-challenge"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def register(kind: Kind, text: str, *excluded: str, method: Method | None = None) -> Target:
    return domain.register(identifiers.new(), Address(kind, text), NOW, excluded=excluded, method=method)


def site(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> Site:
    return Site({PATH: (status, headers or {}, body.encode())})


async def refused(prover: Prover, target: Target) -> str:
    with pytest.raises(Failure) as caught:
        await prover.prove(target)
    assert caught.value.reason is Reason.VERIFICATION_FAILED
    return str(caught.value)


@asynccontextmanager
async def block(*sites: Site) -> AsyncIterator[int]:
    """Serves the sites at 127.0.0.1, 127.0.0.2 and so on, at one port."""
    async with AsyncExitStack() as stack:
        port = 0
        for last, one in enumerate(sites, start=1):
            port = await stack.enter_async_context(serve(one, f"127.0.0.{last}", port))
        yield port


async def test_dns_has_the_token_among_other_records() -> None:
    target = register(Kind.HOST, "example.test")
    records = {("_xorb-challenge.example.test", "TXT"): ['"v=spf1 -all"', f'"{target.token}"']}
    async with resolving(table(records)) as (resolver, asked):
        await Prover(RULES, resolver).prove(target)
        assert asked.asked == [("_xorb-challenge.example.test", "TXT")]


async def test_dns_may_give_the_token_in_parts_and_by_an_alias() -> None:
    target = register(Kind.URL, "https://example.test/", method=Method.DNS_TXT)
    records = {
        ("_xorb-challenge.example.test", "CNAME"): ["proof.example.test."],
        ("proof.example.test", "TXT"): [f'"{target.token[:20]}" "{target.token[20:]}"'],
    }
    async with resolving(table(records)) as (resolver, _):
        await Prover(RULES, resolver).prove(target)


async def test_dns_without_the_token_says_what_is_there() -> None:
    target = register(Kind.HOST, "example.test")
    async with resolving(table({})) as (resolver, _):
        assert "no TXT record at _xorb-challenge.example.test" in await refused(Prover(RULES, resolver), target)
    records = {("_xorb-challenge.example.test", "TXT"): ['"another"'], ("example.test", "TXT"): [target.token]}
    async with resolving(table(records)) as (resolver, _):
        message = await refused(Prover(RULES, resolver), target)
        assert "it is 'another'" in message
        assert target.token in message


async def test_a_site_has_the_token() -> None:
    target = register(Kind.URL, "http://127.0.0.1:0/")
    async with serve(site(200, f"{target.token}\n")) as port:
        target = replace(target, address=Address(Kind.URL, f"http://127.0.0.1:{port}/deep/page"))
        await Prover(RULES).prove(target)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (site(404), "answers 404"),
        (site(500, "oops"), "answers 500"),
        (site(200, "another"), "it is 'another'"),
        (site(302, "", {"Location": "http://127.0.0.2/"}), "leads to another site"),
        (site(302, "", {"Location": PATH}), "leads to another site"),
    ],
)
async def test_a_site_without_the_token_says_what_is_there(answer: Site, words: str) -> None:
    async with serve(answer) as port:
        assert words in await refused(Prover(RULES), register(Kind.URL, f"http://127.0.0.1:{port}/"))


async def test_a_redirect_to_another_site_proves_nothing() -> None:
    target = register(Kind.HOST, "127.0.0.1")
    async with serve(site(200, target.token)) as other:
        elsewhere = site(301, "", {"Location": f"http://127.0.0.1:{other}{PATH}"})
        async with serve(elsewhere) as port:
            assert "leads to another site" in await refused(Prover(RULES, ports=(("http", port),)), target)


async def test_a_host_may_have_the_token_at_either_port() -> None:
    target = register(Kind.HOST, "127.0.0.1")
    async with serve(site(404)) as first, serve(site(200, target.token)) as second:
        prover = Prover(RULES, ports=(("https", first), ("http", first), ("http", second)))
        await prover.prove(target)


async def test_a_name_is_asked_at_the_address_that_the_guard_has_checked() -> None:
    target = register(Kind.HOST, "example.test", method=Method.WELL_KNOWN)
    async with serve(site(200, target.token)) as port:
        ports = (("http", port),)
        async with resolving(table({("example.test", "A"): ["127.0.0.1"]})) as (resolver, _):
            await Prover(RULES, resolver, ports).prove(target)
            assert "127.0.0.1 is a loopback address" in await refused(Prover(Rules(), resolver, ports), target)
        async with resolving(table({("example.test", "A"): ["169.254.169.254"]})) as (resolver, _):
            assert "metadata" in await refused(Prover(RULES, resolver, ports), target)


async def test_silence_ends() -> None:
    async with serve(silent) as port:
        prover = Prover(RULES, seconds=0.2)
        assert "doesn't answer" in await refused(prover, register(Kind.URL, f"http://127.0.0.1:{port}/"))


async def test_a_flood_ends() -> None:
    taken: list[int] = []

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        taken.append(await endless(writer, b"x" * 65536))

    async with serve(flood) as port:
        assert "it is 'xxxx" in await refused(Prover(RULES), register(Kind.URL, f"http://127.0.0.1:{port}/"))
    assert sum(taken) < 32 * 1024 * 1024


async def test_all_of_it_has_an_end() -> None:
    async with serve(silent) as port:
        prover = Prover(RULES, seconds=60, seconds_in_all=0.2)
        assert "took too long" in await refused(prover, register(Kind.URL, f"http://127.0.0.1:{port}/"))


async def test_a_block_is_proved_by_all_that_answers() -> None:
    target = register(Kind.CIDR, "127.0.0.0/29")
    async with block(site(200, target.token), site(200, target.token)) as port:
        await Prover(RULES, ports=(("http", port),)).prove(target)


async def test_one_neighbour_without_the_token_keeps_a_block_from_being_proved() -> None:
    target = register(Kind.CIDR, "127.0.0.0/29")
    async with block(site(200, target.token), site(404)) as port:
        prover = Prover(RULES, ports=(("http", port),))
        assert f"http://127.0.0.2:{port}{PATH} answers 404" in await refused(prover, target)
        await prover.prove(domain.change(target, NOW, excluded=["127.0.0.2"]))


async def test_a_block_where_nothing_answers_is_not_proved() -> None:
    target = register(Kind.CIDR, "127.0.0.0/29")
    async with serve(site(200, target.token)) as port:
        pass
    assert "no address of 127.0.0.0/29 answers" in await refused(Prover(RULES, ports=(("http", port),)), target)


async def test_excluded_addresses_are_not_asked() -> None:
    target = register(Kind.CIDR, "127.0.0.0/29", "127.0.0.1")
    first, second = site(200, target.token), site(200, target.token)
    async with block(first, second) as port:
        await Prover(RULES, ports=(("http", port),)).prove(target)
    assert not first.asked
    assert second.asked
