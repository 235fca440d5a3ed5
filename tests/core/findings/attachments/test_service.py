"""Attachments through the service, on a real database."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
import pytest_asyncio
from sqlalchemy import select
from xorb.core.v1 import attachment_pb2, attachment_pb2_grpc
from xorb.core.v1.attachment_pb2 import Attachment

from services.core.findings.attachments.domain import PIECE
from services.core.findings.attachments.service import AttachmentsServicer
from services.core.findings.attachments.store import PIECES
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.pages import Pager
from services.mesh.testing import call_of, serving
from tests.core.findings.conftest import KEY, Client
from tests.core.harness import Tenant, events, new_tenant

QUOTA = 4 * PIECE
Stub = attachment_pb2_grpc.AttachmentsServiceStub


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def files(database: Database) -> AsyncIterator[Stub]:
    """A client of the service."""
    servicer = AttachmentsServicer(database, Pager(KEY), QUOTA)

    def register(server: grpc.aio.Server) -> None:
        attachment_pb2_grpc.add_AttachmentsServiceServicer_to_server(servicer, server)

    async with serving(register, ["xorb.core.v1.AttachmentsService"], database) as channel:
        yield Stub(channel)


def creation(finding: str, content: bytes, **fields: Any) -> attachment_pb2.CreateAttachmentRequest:
    values = {"file_name": "login.png", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **fields}
    return attachment_pb2.CreateAttachmentRequest(parent=finding, attachment=Attachment(**values))


def append(file: Attachment, offset: int, content: bytes) -> attachment_pb2.AppendAttachmentRequest:
    return attachment_pb2.AppendAttachmentRequest(name=file.name, offset=offset, content=content)


async def upload(files: Stub, tenant: Tenant, finding: str, content: bytes) -> Attachment:
    file = await tenant.call(files.CreateAttachment, creation(finding, content))
    for offset in range(0, len(content), PIECE):
        file = await tenant.call(files.AppendAttachment, append(file, offset, content[offset : offset + PIECE]))
    assert isinstance(file, Attachment)
    return file


async def read(files: Stub, tenant: Tenant, file: Attachment) -> bytes:
    content: bytes = b""
    offset = 0
    while True:
        request = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent", offset=offset)
        piece = await tenant.call(files.GetAttachmentContent, request)
        content, offset = content + piece.content, piece.next_offset
        if not offset:
            return content


async def test_what_goes_in_comes_out(client: Client, files: Stub, database: Database) -> None:
    finding, content = (await client.seen()).name, secrets.token_bytes(2 * PIECE + 77)
    file = await upload(files, client.tenant, finding, content)
    assert (file.state, file.received_size, file.media_type) == (
        Attachment.READY,
        len(content),
        "application/octet-stream",
    )
    assert await read(files, client.tenant, file) == content
    listed = await client.tenant.call(files.ListAttachments, attachment_pb2.ListAttachmentsRequest(parent=finding))
    assert list(listed.attachments) == [file]
    told = [event.event.type for event in await events(database, client.tenant.organization)]
    assert told[1:] == ["attachment.begun", "attachment.added"]


async def test_it_leaves_under_a_name_of_ours(client: Client, files: Stub) -> None:
    finding, content = (await client.seen()).name, b"x"
    request = creation(finding, content, file_name='a"; filename="b.html')
    file = await client.tenant.call(files.CreateAttachment, request)
    await client.tenant.call(files.AppendAttachment, append(file, 0, content))
    reading = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent")
    call = files.GetAttachmentContent(reading, metadata=client.tenant.metadata, timeout=20)
    headers = dict(await call.initial_metadata())
    assert headers["content-disposition"] == f'attachment; filename="{file.name.rpartition("/")[2]}.piece.json"'
    assert (await call).content == content


async def test_bytes_are_sealed(client: Client, files: Stub, database: Database) -> None:
    file = await upload(files, client.tenant, (await client.seen()).name, b"canary" * 1000)
    async with database.unit(call_of(client.tenant.organization)) as unit:
        [row] = (await unit.execute(select(PIECES))).all()
    assert b"canary" not in row.content
    assert (row.number, row.expires_at) == (0, None)
    assert await read(files, client.tenant, file) == b"canary" * 1000


async def test_an_upload_goes_on_after_a_break(client: Client, files: Stub) -> None:
    content, call = secrets.token_bytes(PIECE + 1), client.tenant.call
    file = await call(files.CreateAttachment, creation((await client.seen()).name, content))
    first = append(file, 0, content[:PIECE])
    await call(files.AppendAttachment, first)
    again = await call(files.AppendAttachment, first)
    assert (again.state, again.received_size) == (Attachment.UPLOADING, PIECE)
    unread = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent")
    assert (await client.tenant.refused(files.GetAttachmentContent, unread)).reason is Reason.ILLEGAL_TRANSITION
    gap = await client.tenant.refused(files.AppendAttachment, append(file, 2 * PIECE, b"x"))
    assert gap.reason is Reason.INVALID_FIELD
    assert f"1 bytes at {PIECE}" in str(gap)
    done = await call(files.AppendAttachment, append(file, PIECE, content[PIECE:]))
    assert done.state == Attachment.READY
    assert await read(files, client.tenant, file) == content


async def test_other_bytes_than_said_are_refused(client: Client, files: Stub) -> None:
    file = await client.tenant.call(files.CreateAttachment, creation((await client.seen()).name, b"abc"))
    refused = await client.tenant.refused(files.AppendAttachment, append(file, 0, b"abd"))
    assert refused.reason is Reason.INVALID_FIELD
    done = await client.tenant.call(files.AppendAttachment, append(file, 0, b"abc"))
    assert done.state == Attachment.READY


async def test_an_organization_has_a_quota(client: Client, files: Stub) -> None:
    finding = (await client.seen()).name
    kept = await upload(files, client.tenant, finding, b"x" * 3 * PIECE)
    refused = await client.tenant.refused(files.CreateAttachment, creation(finding, b"x" * (PIECE + 1)))
    assert refused.reason is Reason.QUOTA_EXCEEDED
    await client.tenant.call(files.DeleteAttachment, attachment_pb2.DeleteAttachmentRequest(name=kept.name))
    await client.tenant.call(files.CreateAttachment, creation(finding, b"x" * (PIECE + 1)))


@pytest.mark.parametrize(
    "fields",
    [
        {"size": 0},
        {"size": 33_554_433},
        {"sha256": ""},
        {"sha256": "AB" * 32},
        {"file_name": ""},
        {"file_name": " .. "},
        {"media_type": "text/html; charset=x"},
    ],
)
async def test_what_a_file_can_t_be(client: Client, files: Stub, fields: dict[str, Any]) -> None:
    refused = await client.tenant.refused(files.CreateAttachment, creation((await client.seen()).name, b"x", **fields))
    assert refused.reason is Reason.INVALID_FIELD


async def test_a_file_is_its_organization_s_and_who_added_it_s(client: Client, stranger: Client, files: Stub) -> None:
    finding = (await client.seen()).name
    file = await upload(files, client.tenant, finding, b"abc")
    colleague = await new_tenant(client.tenant.organization, ("analyst",))
    for tenant, reason in ((stranger.tenant, Reason.NOT_FOUND), (colleague, Reason.PERMISSION_DENIED)):
        removal = attachment_pb2.DeleteAttachmentRequest(name=file.name)
        assert (await tenant.refused(files.DeleteAttachment, removal)).reason is reason
        assert (await tenant.refused(files.AppendAttachment, append(file, 0, b"abc"))).reason is reason
    assert await read(files, colleague, file) == b"abc"
    reading = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent")
    assert (await stranger.tenant.refused(files.GetAttachmentContent, reading)).reason is Reason.NOT_FOUND
    missing = f"{client.tenant.name}/findings/{identifiers.new()}"
    refused = await client.tenant.refused(files.CreateAttachment, creation(missing, b"x"))
    assert refused.reason is Reason.NOT_FOUND
    moved = file.name.replace(finding, missing)
    wrong = attachment_pb2.GetAttachmentRequest(name=moved)
    assert (await client.tenant.refused(files.GetAttachment, wrong)).reason is Reason.NOT_FOUND


async def test_offsets_are_those_of_pieces(client: Client, files: Stub) -> None:
    file = await upload(files, client.tenant, (await client.seen()).name, b"x" * (PIECE + 1))
    for offset in (1, PIECE + 1, 2 * PIECE, 1 << 62):
        request = attachment_pb2.GetAttachmentContentRequest(name=f"{file.name}/attachmentContent", offset=offset)
        assert (await client.tenant.refused(files.GetAttachmentContent, request)).reason is Reason.INVALID_FIELD
