"""Files in pieces: kept once, acknowledged once they are, and gone on with after whatever happened."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import grpc.aio
import pytest
from sqlalchemy import func, select, text, update
from temporalio.client import Client
from xorb.core.v1 import import_pb2

from services.core.imports import store
from services.core.imports.domain import BLOCK
from services.core.imports.tables import IMPORT_BLOCKS, IMPORTS
from services.mesh import names
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.statuses import from_call
from services.mesh.testing import call_of
from tests.core.harness import events, new_tenant
from tests.core.imports.conftest import Call, Importer

State = import_pb2.Import.State
CONTENT = os.urandom(BLOCK) + b"the same again " * 70_000


async def kept(importer: Importer, database: Database, name: str) -> bytes:
    """What is kept of a file."""
    _, identifier = names.parse("organizations/{organization}/imports/{import}", name)
    content = b""
    async with database.unit(call_of(importer.tenant.organization)) as unit:
        while (found := await store.block(unit, identifier, len(content))) is not None:
            assert found[0] == len(content)
            content += found[1]
    return content


async def answers(call: Call) -> list[object]:
    """What a call acknowledged, and with which state it ended."""
    return [
        getattr(one, kind) if (kind := one.WhichOneof("record")) == "received_bytes" else one.file_import.state
        async for one in call
    ]


async def refused(call: Call) -> Failure:
    """The failure that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await answers(call)
    failure = from_call(caught.value)
    assert failure is not None, caught.value.details()
    return failure


@pytest.mark.parametrize("size", [1, 65_536, 700_000, BLOCK, 3_000_000])
async def test_pieces_of_any_size_are_kept_as_they_were(importer: Importer, database: Database, size: int) -> None:
    name = (await importer.begin(filename="scan.jsonl")).name
    pieces = [CONTENT[start : start + size] for start in range(0, len(CONTENT), size)][: 200 if size == 1 else None]
    sent = b"".join(pieces)
    blocks = [BLOCK * number for number in range(len(sent) // BLOCK + 1)]
    assert await answers(importer.send(name, *pieces)) == [*blocks, State.RECEIVING]
    assert await kept(importer, database, name) == sent
    assert (await importer.get(name)).received_bytes == len(sent)


async def test_what_is_kept_is_neither_readable_nor_as_large(importer: Importer, database: Database) -> None:
    name = (await importer.begin()).name
    await answers(importer.send(name, b"the same again " * 10_000))
    async with database.unit(call_of(importer.tenant.organization)) as unit:
        content = (await unit.execute(select(IMPORT_BLOCKS.c.content))).scalar_one()
    assert b"the same" not in content
    assert len(content) < 2_000


@pytest.mark.parametrize("cut", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, len(CONTENT)])
async def test_a_broken_connection_loses_what_was_not_acknowledged_only(
    importer: Importer, database: Database, cut: int
) -> None:
    name = (await importer.begin()).name
    queue: asyncio.Queue[import_pb2.ImportFindingsRequest] = asyncio.Queue()
    head = import_pb2.ImportFindingsRequest(name=name, finish=True)
    head.content.data = CONTENT[:cut]
    queue.put_nowait(head)

    async def open_end() -> AsyncIterator[import_pb2.ImportFindingsRequest]:
        while True:
            yield await queue.get()

    call = importer.stub.ImportFindings(open_end(), metadata=importer.tenant.metadata, timeout=20)
    acknowledged = 0
    for _ in range(1 + cut // BLOCK):
        acknowledged = (await call.read()).received_bytes
    call.cancel()

    now = await importer.get(name)
    assert (now.state, now.received_bytes) == (State.RECEIVING, acknowledged)
    rest = CONTENT[acknowledged:]
    assert (await answers(importer.send(name, rest, offset=acknowledged)))[0] == acknowledged
    assert await kept(importer, database, name) == CONTENT


async def test_only_the_right_offset_goes_on(importer: Importer) -> None:
    name = (await importer.begin()).name
    await answers(importer.send(name, b"0123456789"))
    for wrong in (0, 9, 11, 1 << 40):
        failure = await refused(importer.send(name, b"more", offset=wrong))
        assert (failure.reason, failure.metadata["received_bytes"]) == (Reason.OFFSET_MISMATCH, "10")
    assert (await refused(importer.send(name, b"more", offset=-1))).reason is Reason.INVALID_FIELD
    assert await answers(importer.send(name, b"more", offset=10)) == [10, State.RECEIVING]


async def test_of_two_senders_one_is_told_to_go_on_elsewhere(importer: Importer, database: Database) -> None:
    name = (await importer.begin()).name
    half = CONTENT[:BLOCK]
    calls = [importer.send(name, half), importer.send(name, half)]
    ended = await asyncio.gather(*map(answers, calls), return_exceptions=True)
    assert sum(isinstance(one, list) for one in ended) == 1
    assert await kept(importer, database, name) == half


async def test_nobody_else_sends_or_sees(importer: Importer) -> None:
    name = (await importer.begin()).name
    other = Importer(await new_tenant(), importer.stub)
    assert (await refused(other.send(name, b"x"))).reason is Reason.NOT_FOUND
    assert (await refused(Importer(await new_tenant(roles=("viewer",)), importer.stub).send(name, b"x"))).reason in {
        Reason.PERMISSION_DENIED, Reason.NOT_FOUND,
    }  # fmt: skip
    assert (await other.tenant.refused(other.stub.GetImport, import_pb2.GetImportRequest(name=name))).reason is (
        Reason.NOT_FOUND
    )
    assert (await refused(importer.send("", b"x"))).reason is Reason.INVALID_FIELD


async def test_a_file_above_its_limit_or_quota_is_refused_and_what_fits_is_kept(importer: Importer) -> None:
    name = (await importer.begin()).name
    failure = await refused(importer.send(name, *[bytes(BLOCK)] * 4))
    assert failure.reason is Reason.REQUEST_TOO_LARGE
    assert (await importer.get(name)).received_bytes == 3 * BLOCK
    second = (await importer.begin()).name
    assert (await refused(importer.send(second, *[bytes(BLOCK)] * 3))).reason is Reason.QUOTA_EXCEEDED
    assert (await importer.get(second)).received_bytes == 2 * BLOCK
    cancelled = await importer.tenant.call(importer.stub.CancelImport, import_pb2.CancelImportRequest(name=name))
    assert cancelled.state == State.CANCELLED
    assert (await answers(importer.send(second, bytes(BLOCK), offset=2 * BLOCK)))[-1] == State.RECEIVING
    assert (await refused(importer.send(name, b"x", offset=3 * BLOCK))).reason is Reason.ILLEGAL_TRANSITION


async def test_what_is_said_of_the_size_holds(importer: Importer) -> None:
    request = import_pb2.CreateImportRequest(parent=importer.tenant.name)
    request.file_import.size_bytes = 4 * BLOCK
    assert (await importer.tenant.refused(importer.stub.CreateImport, request)).reason is Reason.REQUEST_TOO_LARGE
    name = (await importer.begin(size_bytes=10)).name
    assert (await refused(importer.send(name, b"01234567890"))).reason is Reason.REQUEST_TOO_LARGE
    assert (await refused(importer.send(name, b"012345678", finish=True))).reason is Reason.INVALID_FIELD
    assert (await importer.get(name)).received_bytes == 9
    empty = (await importer.begin()).name
    assert (await refused(importer.send(empty, finish=True))).reason is Reason.INVALID_FIELD


async def test_a_sender_that_stalls_is_let_go(importer: Importer) -> None:
    name = (await importer.begin()).name
    forever = asyncio.Event()

    async def stalls() -> AsyncIterator[import_pb2.ImportFindingsRequest]:
        yield import_pb2.ImportFindingsRequest(name=name)
        await forever.wait()

    call = importer.stub.ImportFindings(stalls(), metadata=importer.tenant.metadata, timeout=20)
    assert (await refused(call)).reason is Reason.DEADLINE_EXCEEDED
    forever.set()


async def test_a_finished_file_is_given_to_a_worker_and_takes_no_more(
    importer: Importer, database_environment: dict[str, str]
) -> None:
    name = (await importer.begin()).name
    assert await answers(importer.send(name, b"a file", finish=True)) == [0, State.PROCESSING]
    client = await Client.connect(database_environment["XORB_TEMPORAL_ADDRESS"])
    workflow = client.get_workflow_handle(name)
    assert (await workflow.describe()).workflow_type == "ImportFile"
    assert (await refused(importer.send(name, b"x", offset=6))).reason is Reason.ILLEGAL_TRANSITION
    assert (await refused(importer.send(name, finish=True, offset=6))).reason is Reason.ILLEGAL_TRANSITION
    cancelled = await importer.tenant.call(importer.stub.CancelImport, import_pb2.CancelImportRequest(name=name))
    assert cancelled.state == State.CANCELLED
    again = await importer.tenant.refused(importer.stub.CancelImport, import_pb2.CancelImportRequest(name=name))
    assert again.reason is Reason.ILLEGAL_TRANSITION
    await workflow.terminate()


async def test_a_file_that_is_never_finished_is_removed(importer: Importer, database: Database) -> None:
    name = (await importer.begin()).name
    await answers(importer.send(name, b"a file"))
    async with database.unit(call_of(importer.tenant.organization)) as unit:
        late = datetime.now(UTC) - timedelta(days=2)
        await unit.execute(update(IMPORTS).values(expires_at=late))
        await unit.execute(update(IMPORT_BLOCKS).values(expires_at=late))
        assert await store.kept(unit, datetime.now(UTC)) == 0
    assert (await refused(importer.send(name, b"x", offset=6))).reason is Reason.ILLEGAL_TRANSITION


async def test_everything_of_it_is_logged(importer: Importer, database: Database) -> None:
    name = (await importer.begin(filename="scan.jsonl")).name
    await answers(importer.send(name, b"a file"))
    await importer.tenant.call(importer.stub.CancelImport, import_pb2.CancelImportRequest(name=name))
    logged = await events(database, importer.tenant.organization)
    assert [event.event.type for event in logged] == ["import.created", "import.received", "import.cancelled"]
    async with database.unit(call_of(importer.tenant.organization)) as unit:
        assert (await unit.execute(select(func.count()).select_from(IMPORT_BLOCKS))).scalar_one() == 0


async def test_the_bytes_of_unfinished_files_are_summed_by_an_index(database: Database) -> None:
    async with database.unit(call_of((await new_tenant()).organization)) as unit:
        await unit.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await unit.execute(
            text("EXPLAIN SELECT sum(received) FROM imports WHERE state IN ('RECEIVING', 'PROCESSING')")
        )
        assert "imports_unfinished" in "\n".join(plan.scalars())


async def test_a_watch_tells_of_it(importer: Importer) -> None:
    name = (await importer.begin()).name
    request = import_pb2.WatchImportRequest(parent=name)
    call = importer.stub.WatchImport(request, metadata=importer.tenant.metadata, timeout=20)
    assert (await call.read()).HasField("checkpoint")
    await answers(importer.send(name, b"a file"))
    record = await call.read()
    assert (record.event.metadata.type, record.event.file_import.received_bytes) == ("import.received", 6)
    call.cancel()
