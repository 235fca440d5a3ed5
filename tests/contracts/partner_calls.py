"""Calls every RPC that partners can reach through the generated client; needs a server's address and a token only."""

import asyncio
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import betterproto2
import grpc
from grpclib.client import Channel
from grpclib.exceptions import GRPCError

from partner import CallOptions, Failure, asynchronous, blocking
from tests.contracts.catalogue import Entry, entries, request_for

_ENDING = {"SuspendOrganization": 1, "DeleteOrganization": 2, "UndeleteOrganization": 3, "SignOut": 4}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Outcome:
    """What came of one call: the failure, or none."""

    entry: Entry
    failure: Failure | None


def reachable() -> list[Entry]:
    """The RPCs that the partner client has; last those after which the caller may do little or nothing more."""
    found = [entry for entry in entries() if not entry.method.internal]
    return sorted(found, key=lambda entry: _ENDING.get(entry.method.name, 0))


def call_all_blocking(address: str, options: CallOptions, organization: str) -> Iterator[Outcome]:
    """Calls each over grpcio; of a stream it reads the first record."""
    with blocking.connect(address, options, plaintext=True) as channel:
        for entry in reachable():
            function = getattr(_stub(entry, "Stub")(channel), _function(entry))
            try:
                answer = function(_sent(entry, organization))
                if entry.method.descriptor.server_streaming:
                    next(answer, None)
                    answer.close()
                yield Outcome(entry, None)
            except grpc.RpcError as error:
                yield Outcome(entry, blocking.failure_of(error))


async def call_all_asynchronous(address: str, options: CallOptions, organization: str) -> list[Outcome]:
    """Calls each over grpclib; of a stream it reads the first record."""
    async with asynchronous.connect(address, options, plaintext=True) as channel:
        return [await _call(entry, channel, organization) for entry in reachable()]


async def _call(entry: Entry, channel: Channel, organization: str) -> Outcome:
    function = getattr(_stub(entry, "AsyncStub")(channel), _function(entry))
    try:
        async with asyncio.timeout(30):
            answer = function(_sent(entry, organization))
            if entry.method.descriptor.server_streaming:
                await anext(answer, None)
                await answer.aclose()
            else:
                await answer
        return Outcome(entry, None)
    except GRPCError as error:
        return Outcome(entry, asynchronous.failure_of(error))


def _sent(entry: Entry, organization: str) -> betterproto2.Message | Iterable[betterproto2.Message]:
    """The request, or the stream of it."""
    request = _request(entry, organization)
    return [request] if entry.method.descriptor.client_streaming else request


def _request(entry: Entry, organization: str) -> betterproto2.Message:
    """The same request in the client's own class, by way of the wire."""
    full_name = entry.method.descriptor.input_type.full_name
    package, _, name = full_name.rpartition(".")
    kind: type[betterproto2.Message] = getattr(importlib.import_module(f"xorb_client.{package}"), name)
    return kind.parse(request_for(entry, organization).SerializeToString())


def _stub(entry: Entry, suffix: str) -> Any:
    package, _, name = entry.method.service.rpartition(".")
    return getattr(importlib.import_module(f"xorb_client.{package}"), f"{name}{suffix}")


def _function(entry: Entry) -> str:
    return _WORD.sub("_", entry.method.name).lower()
