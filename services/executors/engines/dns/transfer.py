"""Whether a name server gives its zone to anyone: the first message of the answer tells, no more is read."""

import asyncio

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from services.executors.domain import Address
from services.executors.guard import Guard

_SECONDS = 5.0
_LENGTH = 2


async def transfers(guard: Guard, address: Address, port: int, zone: str) -> int:
    """Return how many records an AXFR of `zone` begins with (RFC 5936 §2.2), 0 when it is refused.

    Raises `OutOfScope` when the server's address is not the organization's own.
    """
    query = dns.message.make_query(zone + ".", dns.rdatatype.AXFR).to_wire(prepend_length=True)
    try:
        async with asyncio.timeout(_SECONDS):
            wire = await _first_message(guard, address, port, query)
        answer = dns.message.from_wire(wire, ignore_trailing=True, one_rr_per_rrset=True)
    except (OSError, EOFError, dns.exception.DNSException):
        return 0
    begins = bool(answer.answer) and answer.answer[0].rdtype == dns.rdatatype.SOA
    whole = begins and answer.rcode() == dns.rcode.NOERROR and len(answer.answer) > 1
    return len(answer.answer) if whole else 0


async def _first_message(guard: Guard, address: Address, port: int, query: bytes) -> bytes:
    reader, writer = await guard.connect(address, port)
    try:
        writer.write(query)
        length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
        return await reader.readexactly(length)
    finally:
        writer.transport.abort()
