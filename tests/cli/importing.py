"""The imports service of the small platform: keeps what is sent ten bytes at a time, and breaks where it is told to."""

from collections.abc import Iterator
from typing import Any

from google.rpc import code_pb2
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import import_pb2, import_pb2_grpc

from tests.cli.platform import Platform, fail, new_id, one, page

STEP = 10
_Import = import_pb2.Import


class Imports(import_pb2_grpc.ImportsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateImport(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        value = request.file_import
        value.name, value.state = f"{request.parent}/imports/{new_id()}", _Import.RECEIVING
        value.display_name = value.filename
        self.platform.imports.append((value, bytearray()))
        return value

    def ImportFindings(self, requests: Any, context: Any) -> Iterator[Any]:
        first = next(requests)
        self.platform.enter(first, context)
        value, content = next(pair for pair in self.platform.imports if pair[0].name == first.name)
        if first.offset != len(content):
            fail(context, code_pb2.ABORTED, "OFFSET_MISMATCH", "Not there.")
        waiting = bytearray(first.content.data)
        for request in requests:
            waiting += request.content.data
        yield import_pb2.ImportFindingsResponse(received_bytes=len(content))
        while waiting:
            if len(content) in self.platform.breaks:
                context.abort(self.platform.breaks.pop(len(content)), "broken on purpose")
            content += waiting[:STEP]
            del waiting[:STEP]
            value.received_bytes = len(content)
            yield import_pb2.ImportFindingsResponse(received_bytes=len(content))
        value.state = _Import.PROCESSING
        if -1 in self.platform.breaks:
            context.abort(self.platform.breaks.pop(-1), "broken on purpose")
        yield import_pb2.ImportFindingsResponse(file_import=value)

    def GetImport(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, [value for value, _ in self.platform.imports], request.name)

    def ListImportRefusals(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        left = [import_pb2.ImportRefusal(position="line 2", reason="template-id is missing", count=1)]
        return page(request, left, import_pb2.ListImportRefusalsResponse(), "import_refusals")

    def WatchImport(self, request: Any, context: Any) -> Iterator[Any]:
        self.platform.enter(request, context)
        value = one(context, [value for value, _ in self.platform.imports], request.parent)
        yield import_pb2.WatchImportResponse(checkpoint=watch_pb2.Checkpoint(), resume_token="1")
        failed = value.strict
        value.state = _Import.FAILED if failed else _Import.SUCCEEDED
        value.failure_reason = "Nothing was recorded." if failed else ""
        value.counts.MergeFrom(import_pb2.ImportCounts(records=3, created=2, seen_again=1, refused=1))
        event = import_pb2.ImportEvent(file_import=value)
        yield import_pb2.WatchImportResponse(event=event, resume_token="2")
