"""Reports in the small platform: an order is rendered at once, into a file that says what was ordered."""

import hashlib
import uuid
from typing import Any

from google.protobuf import empty_pb2
from xorb.core.v1 import report_pb2, report_pb2_grpc, report_template_pb2, report_template_pb2_grpc

from tests.cli.platform import Platform, page

_PIECE = 10


class Reports(report_pb2_grpc.ReportsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[report_pb2.Report] = []

    def CreateReport(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        made = request.report
        made.name, made.state = f"{request.parent}/reports/{uuid.uuid4()}", report_pb2.Report.RENDERING
        self.kept.append(made)
        return made

    def GetReport(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = next(one for one in self.kept if one.name == request.name)
        if found.filter == "broken":
            found.state, found.failure_reason = report_pb2.Report.FAILED, "The template can't be set."
        elif not found.files:
            found.state, found.percent = report_pb2.Report.SUCCEEDED, 100
            for kind in found.formats:
                content = self._content(kind)
                name = f"{found.name}/reportFiles/{uuid.uuid4()}"
                title = f"report.{report_pb2.ReportFormat.Name(kind).lower()}"
                digest = hashlib.sha256(content).hexdigest()
                found.files.add(name=name, format=kind, file_name=title, size=len(content), sha256=digest)
        return found

    def GetReportFile(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        file = next(file for one in self.kept for file in one.files if file.name == request.name)
        content = self._content(file.format)
        end = request.offset + _PIECE
        piece = b"x" * _PIECE if self.platform.damages else content[request.offset : end]
        return report_pb2.ReportFile(name=file.name, content=piece, next_offset=end if end < len(content) else 0)

    def ListReports(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, report_pb2.ListReportsResponse(), "reports")

    def DeleteReport(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.kept = [one for one in self.kept if one.name != request.name]
        return empty_pb2.Empty()

    @staticmethod
    def _content(kind: int) -> bytes:
        return f"the report as {report_pb2.ReportFormat.Name(kind)}".encode()


class Templates(report_template_pb2_grpc.ReportTemplatesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListReportTemplates(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        name = f"{request.parent}/reportTemplates/{uuid.UUID(int=7)}"
        ours = report_template_pb2.ReportTemplate(name=name, display_name="Ours", version=3)
        return page(request, [ours], report_template_pb2.ListReportTemplatesResponse(), "report_templates")
