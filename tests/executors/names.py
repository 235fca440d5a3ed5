"""A DNS server on loopback: records from a table, or whatever a function answers to the n-th question."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], list[str]]
Answer = Callable[[str, str], list[str] | None]


class Names(asyncio.DatagramProtocol):
    """Answers as told: None is NXDOMAIN, LookupError is SERVFAIL. Notes what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self.reply(data), addr)

    def reply(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = str(question.name).rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        try:
            self._fill(response, question.name, name, kind)
        except LookupError:
            response.set_rcode(dns.rcode.SERVFAIL)
        return response.to_wire()

    def _fill(self, response: dns.message.Message, owner: dns.name.Name, name: str, kind: str) -> None:
        alias = self._answer(name, "CNAME")
        if alias and kind != "CNAME":
            response.answer.append(dns.rrset.from_text_list(owner, 0, "IN", "CNAME", alias))
            target = alias[0].rstrip(".")
            self._fill(response, dns.name.from_text(alias[0]), target, kind)
            return
        found = self._answer(name, kind)
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            response.answer.append(dns.rrset.from_text_list(owner, 0, "IN", kind, found))


def table(records: Records) -> Answer:
    """Return the answers of a fixed table: empty for a known name, None for an unknown one."""
    known = {name for name, _ in records}

    def answer(name: str, kind: str) -> list[str] | None:
        return records.get((name, kind), [] if name in known else None)

    return answer


@asynccontextmanager
async def resolving(answer: Answer) -> AsyncIterator[tuple[str, Names]]:
    """Serve over UDP on a free port; gives `address:port` and the server."""
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(lambda: Names(answer), local_addr=("127.0.0.1", 0))
    try:
        yield "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1]), names
    finally:
        transport.close()
