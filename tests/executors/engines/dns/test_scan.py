"""The DNS assessment against a real server on loopback."""

import asyncio
import dataclasses
import io
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import dns.message
import dns.rcode
import dns.rrset
import pytest

from services.executors.domain import Kind, Limits, Observation, OutOfScope, Progress, Scope, Task
from services.executors.engines.dns.scan import DNS_PORT, run
from services.executors.reporting import LineReporter
from services.executors.runner import run as run_in_child
from tests.executors.names import Answer, Records, resolving, table
from tests.executors.servers import serve, silent

SOA = ["ns.example. admin.example. 1 2 3 4 5"]
SIGNED: Records = {
    ("good.example", "SOA"): SOA,
    ("good.example", "A"): ["192.0.2.1"],
    ("good.example", "TXT"): ['"v=spf1 " "mx -all"'],
    ("_dmarc.good.example", "TXT"): ['"v=DMARC1; p=reject"'],
    ("good.example", "DNSKEY"): ["257 3 13 AAAA"],
    ("good.example", "DS"): ["1 13 2 " + "00" * 32],
    ("good.example", "NS"): ["ns.good.example."],
    ("ns.good.example", "A"): ["127.0.0.1"],
}
SCOPE = Scope(hosts=("good.example", "www.good.example", "bare.example", "old.example", "sub.mail.example"))


async def assess(
    answer: Answer, name: str = "good.example", scope: Scope = SCOPE, port: int = DNS_PORT
) -> tuple[set[str], list[tuple[str, str]]]:
    """Assess a name in this process; gives the checks it fails, and what the server was asked."""
    stream = io.BytesIO()
    async with resolving(answer) as (server, names):
        task = Task("dns", name, Kind.HOST, scope, resolver=server, limits=Limits(requests_per_second=1000))
        await run(task, LineReporter(stream), port)
    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    seen = [record["observation"] for record in records if "observation" in record]
    assert all(one["location"] == name for one in seen)
    return {one["check"] for one in seen}, names.asked


async def test_a_good_domain_has_nothing_wrong() -> None:
    assert (await assess(table(SIGNED)))[0] == set()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({("good.example", "TXT"): ['"something else"']}, "dns.missing-spf"),
        ({("good.example", "TXT"): ['"v=spf1 -all"', '"v=spf1 mx -all"']}, "dns.multiple-spf"),
        ({("good.example", "TXT"): ['"v=spf1 +all"']}, "dns.permissive-spf"),
        ({("_dmarc.good.example", "TXT"): []}, "dns.missing-dmarc"),
        ({("_dmarc.good.example", "TXT"): ['"v=DMARC1; p=none"']}, "dns.weak-dmarc"),
        ({("good.example", "DS"): []}, "dns.missing-dnssec"),
        ({("good.example", "DNSKEY"): []}, "dns.missing-dnssec"),
    ],
)
async def test_one_record_makes_one_weakness(changed: Records, expected: str) -> None:
    assert (await assess(table({**SIGNED, **changed})))[0] == {expected}


async def test_a_bare_zone() -> None:
    records = {("bare.example", "SOA"): SOA}
    assert (await assess(table(records), "bare.example"))[0] == {
        "dns.missing-spf",
        "dns.missing-dmarc",
        "dns.missing-dnssec",
    }


async def test_a_host_below_a_zone_is_not_blamed_for_the_zone() -> None:
    records = {("www.good.example", "A"): ["192.0.2.1"]}
    assert (await assess(table(records), "www.good.example"))[0] == set()


async def test_a_mail_host_inherits_the_policy_above() -> None:
    records: Records = {
        ("sub.mail.example", "MX"): ["10 mx.example."],
        ("sub.mail.example", "TXT"): ['"v=spf1 -all"'],
        ("_dmarc.mail.example", "TXT"): ['"v=DMARC1; p=reject"'],
    }
    assert (await assess(table(records), "sub.mail.example"))[0] == set()


async def test_an_alias_to_nothing_dangles() -> None:
    records = {("old.example", "CNAME"): ["gone.provider.example."]}
    assert (await assess(table(records), "old.example"))[0] == {"dns.dangling-cname"}


async def test_an_alias_to_something_does_not() -> None:
    records: Records = {
        ("old.example", "CNAME"): ["there.provider.example."],
        ("there.provider.example", "A"): ["192.0.2.1"],
    }
    assert (await assess(table(records), "old.example"))[0] == set()


async def test_a_name_that_does_not_exist_is_no_alias() -> None:
    assert (await assess(table({}), "old.example"))[0] == set()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def transferring(rcode: dns.rcode.Rcode, records: list[tuple[str, str, str]]) -> Handler:
    """A name server that answers a transfer so."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        response = dns.message.make_response(dns.message.from_wire(await reader.readexactly(length)))
        response.set_rcode(rcode)
        for name, kind, text in records:
            response.answer.append(dns.rrset.from_text(name, 0, "IN", kind, text))
        wire = response.to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        await writer.drain()

    return handle


ZONE = [("good.example.", "SOA", SOA[0]), ("inner.good.example.", "A", "192.0.2.9")]
OWN_SERVER = dataclasses.replace(SCOPE, allowed=(ip_network("127.0.0.1/32"),), allow_loopback=True)


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (transferring(dns.rcode.NOERROR, ZONE), {"dns.zone-transfer"}),
        (transferring(dns.rcode.NOERROR, ZONE[:1]), set()),
        (transferring(dns.rcode.NOERROR, []), set()),
        (transferring(dns.rcode.REFUSED, []), set()),
        (transferring(dns.rcode.NOERROR, ZONE[1:]), set()),
        (silent, set()),
    ],
    ids=["open", "soa-only", "empty", "refused", "no-soa", "silent"],
)
async def test_zone_transfer(handler: Handler, expected: set[str]) -> None:
    async with serve(handler) as port:
        assert (await assess(table(SIGNED), scope=OWN_SERVER, port=port))[0] == expected


async def test_a_name_server_out_of_scope_is_not_asked_for_the_zone() -> None:
    """The same server would give its zone away; its address is not the organization's."""
    async with serve(transferring(dns.rcode.NOERROR, ZONE)) as port:
        assert (await assess(table(SIGNED), scope=SCOPE, port=port))[0] == set()


async def test_no_answer_is_no_verdict() -> None:
    def failing(name: str, kind: str) -> list[str] | None:
        raise LookupError

    stream = io.BytesIO()
    async with resolving(failing) as (server, _):
        await run(Task("dns", "good.example", Kind.HOST, SCOPE, resolver=server), LineReporter(stream))
    assert b"observation" not in stream.getvalue()
    assert b'"raw"' in stream.getvalue()


async def test_an_address_has_no_domain_and_a_foreign_name_is_refused() -> None:
    answer = table(SIGNED)
    assert await assess(answer, "192.0.2.1") == (set(), [])
    with pytest.raises(OutOfScope):
        await assess(answer, "other.example")


async def test_in_the_child_process() -> None:
    async def ignore(_: Progress | Observation) -> None:
        pass

    async with resolving(table({("bare.example", "SOA"): SOA})) as (server, _):
        outcome = await run_in_child(Task("dns", "bare.example", Kind.HOST, SCOPE, resolver=server), ignore)
    assert outcome.reason is None
    assert "dns.missing-spf" in {one.check for one in outcome.observations}
