"""Reports from their order to their files, on the real database."""

import hashlib
import json
from typing import Any

import grpc.aio
import pytest
from xorb.core.v1 import report_pb2
from xorb.core.v1.finding_pb2 import DismissFindingRequest, ListFindingsRequest

from services.core.reports import store
from services.core.reports.domain import Format
from services.core.reports.tables import PIECES
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.harness import events, new_tenant
from tests.core.reports.conftest import Client, connected

State = report_pb2.Report.State


async def test_an_order_becomes_files(client: Client) -> None:
    await client.seen(
        {"title": "One", "severity": "LOW"}, {"title": "Two", "severity": "CRITICAL", "check": "http.two"}
    )
    ordered = await client.ordered("JSON", "CSV", display_name="Annual test", client="Example")
    assert (ordered.state, ordered.percent, list(ordered.files)) == (State.QUEUED, 0, [])
    report = await client.rendered(ordered)
    assert (report.state, report.percent, report.finding_count) == (State.SUCCEEDED, 100, 2)
    assert [(Format(file.format), file.file_name) for file in report.files] == [
        (Format.JSON, "annual-test.json"),
        (Format.CSV, "annual-test.csv"),
    ]
    for file in report.files:
        content = await client.downloaded(file)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)
    said = json.loads(await client.downloaded(report.files[0]))
    assert [(one["reference"], one["title"], one["severity"]) for one in said["findings"]] == [
        ("F-001", "Two", "CRITICAL"),
        ("F-002", "One", "LOW"),
    ]
    assert said["summary"]["severities"] == [1, 0, 0, 1, 0]
    assert said["cover"]["client"] == "Example"


async def test_what_happens_is_told(client: Client, database: Database) -> None:
    report = await client.rendered(await client.ordered())
    told = [one.event.type for one in await events(database, client.tenant.organization)]
    assert [kind for kind in told if kind.startswith("report.")] == [
        "report.created",
        "report.started",
        "report.succeeded",
    ]
    assert report.expire_time.seconds - report.create_time.seconds == 90 * 24 * 3600


async def test_documents_leave_false_positives_out_and_statements_dont(client: Client) -> None:
    await client.seen({"title": "One"}, {"title": "Two", "check": "http.two"})
    listed = await client.tenant.call(client.findings.ListFindings, ListFindingsRequest(parent=client.tenant.name))
    dismissal = DismissFindingRequest(name=listed.findings[0].name, reason="Not reachable")
    await client.tenant.call(client.findings.DismissFinding, dismissal)
    report = await client.rendered(await client.ordered("CSV", "JSON"))
    by_format = {Format(file.format): await client.downloaded(file) for file in report.files}
    assert by_format[Format.CSV].count(b"\r\n") == 2
    assert len(json.loads(by_format[Format.JSON])["findings"]) == 2


async def test_a_filter_chooses(client: Client) -> None:
    await client.seen({"title": "One", "severity": "LOW"}, {"title": "Two", "severity": "HIGH", "check": "http.two"})
    report = await client.rendered(await client.ordered(filter='severity >= "HIGH"'))
    assert report.finding_count == 1
    wanted = report_pb2.Report(formats=["JSON"], filter="nonsense = 1")
    request = report_pb2.CreateReportRequest(parent=client.tenant.name, report=wanted)
    refused = await client.tenant.refused(client.reports.CreateReport, request)
    assert refused.reason is Reason.INVALID_FILTER


async def test_files_are_sealed_and_read_in_pieces(client: Client, database: Database) -> None:
    secret = "a very secret line of evidence " * 400
    await client.seen(*({"check": f"http.check-{number}", "evidence": secret} for number in range(40)))
    report = await client.rendered(await client.ordered())
    (file,) = report.files
    assert file.size > store.PIECE
    content = await client.downloaded(file)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert secret.encode() in content
    async with database.unit(call_of(client.tenant.organization)) as unit:
        pieces = [row.content for row in await unit.execute(PIECES.select())]
    assert len(pieces) == -(-file.size // store.PIECE)
    assert not any(b"a very secret" in piece for piece in pieces)


async def test_a_piece_begins_where_the_last_one_ended(client: Client) -> None:
    report = await client.rendered(await client.ordered())
    for offset in (1, store.PIECE):
        request = report_pb2.GetReportFileRequest(name=report.files[0].name, offset=offset)
        refused = await client.tenant.refused(client.reports.GetReportFile, request)
        assert refused.reason is Reason.INVALID_FIELD


async def test_files_are_served_as_attachments(client: Client) -> None:
    report = await client.rendered(await client.ordered("HTML", display_name='A "quoted"\r\nname'))
    request = report_pb2.GetReportFileRequest(name=report.files[0].name)
    call = client.reports.GetReportFile(request, metadata=client.tenant.metadata, timeout=20)
    headers = dict(await call.initial_metadata())
    await call
    assert headers["content-disposition"] == 'attachment; filename="a-quoted-name.html.piece.json"'


async def test_a_report_is_removed_with_its_files(client: Client, database: Database) -> None:
    report = await client.rendered(await client.ordered())
    await client.tenant.call(client.reports.DeleteReport, report_pb2.DeleteReportRequest(name=report.name))
    request = report_pb2.GetReportFileRequest(name=report.files[0].name)
    assert (await client.tenant.refused(client.reports.GetReportFile, request)).reason is Reason.NOT_FOUND
    async with database.unit(call_of(client.tenant.organization)) as unit:
        assert (await unit.execute(PIECES.select())).all() == []


async def test_rendering_again_leaves_one_set_of_files(client: Client) -> None:
    ordered = await client.ordered()
    first = await client.rendered(ordered)
    assert await client.rendered(ordered) == first


@pytest.mark.parametrize("roles", [("viewer",), ("auditor",)])
async def test_who_only_reads_downloads_and_orders_nothing(
    client: Client, channel: grpc.aio.Channel, database: Database, roles: tuple[str, ...]
) -> None:
    report = await client.rendered(await client.ordered())
    reader = connected(channel, await new_tenant(client.tenant.organization, roles), database)
    assert len(await reader.downloaded(report.files[0])) == report.files[0].size
    request = report_pb2.CreateReportRequest(parent=client.tenant.name, report=report_pb2.Report(formats=["JSON"]))
    assert (await reader.tenant.refused(reader.reports.CreateReport, request)).reason is Reason.PERMISSION_DENIED


async def test_a_watch_tells_of_reports_and_goes_on_where_it_was(
    client: Client, channel: Any, database: Database
) -> None:
    request = report_pb2.WatchReportsRequest(parent=client.tenant.name)
    watch = client.reports.WatchReports(request, metadata=client.tenant.metadata, timeout=20)
    records = aiter(watch)
    assert (await anext(records)).HasField("checkpoint")
    report = await client.rendered(await client.ordered())
    told = [await _event(records) for _ in range(3)]
    assert [one.event.metadata.type for one in told] == ["report.created", "report.started", "report.succeeded"]
    assert [State.Name(one.event.report.state) for one in told] == ["QUEUED", "RENDERING", "SUCCEEDED"]
    assert {one.event.report.name for one in told} == {report.name}
    watch.cancel()
    request = report_pb2.WatchReportsRequest(
        parent=client.tenant.name, resume_token=told[0].resume_token, filter='state = "SUCCEEDED"'
    )
    again = client.reports.WatchReports(request, metadata=client.tenant.metadata, timeout=20)
    assert (await _event(aiter(again))).event.metadata.type == "report.succeeded"
    again.cancel()
    stranger = connected(channel, await new_tenant(), database)
    theirs = stranger.reports.WatchReports(request, metadata=stranger.tenant.metadata, timeout=20)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anext(aiter(theirs))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def _event(records: Any) -> Any:
    """Returns the next record that is an event."""
    async for record in records:
        if record.HasField("event"):
            return record
    raise AssertionError("the watch has ended")
