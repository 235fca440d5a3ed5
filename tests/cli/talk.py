"""Notes, files and histories of findings, for the small platform."""

from typing import Any

from google.protobuf import empty_pb2
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import (
    attachment_pb2,
    attachment_pb2_grpc,
    finding_history_pb2,
    finding_history_pb2_grpc,
    note_pb2,
    note_pb2_grpc,
)

from tests.cli.platform import Platform, new_id, one, page


class Notes(note_pb2_grpc.NotesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateNote(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        note = request.note
        note.name = f"{request.parent}/notes/{new_id()}"
        note.author, note.etag = "accounts/a", "1"
        self.platform.notes.append(note)
        return note

    def GetNote(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.notes, request.name)

    def ListNotes(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = [note for note in self.platform.notes if note.name.startswith(f"{request.parent}/")]
        return page(request, found, note_pb2.ListNotesResponse(), "notes")

    def UpdateNote(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        note = one(context, self.platform.notes, request.note.name)
        assert request.note.etag == note.etag
        note.content = request.note.content
        return note

    def DeleteNote(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.notes.remove(one(context, self.platform.notes, request.name))
        return empty_pb2.Empty()


class Attachments(attachment_pb2_grpc.AttachmentsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.contents: dict[str, bytes] = {}

    def CreateAttachment(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        file = request.attachment
        file.name = f"{request.parent}/attachments/{new_id()}"
        self.platform.attachments.append(file)
        self.contents[file.name] = b""
        return file

    def AppendAttachment(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        assert request.offset == len(self.contents[request.name])
        self.contents[request.name] += request.content
        return one(context, self.platform.attachments, request.name)

    def GetAttachment(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.attachments, request.name)

    def ListAttachments(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.attachments, attachment_pb2.ListAttachmentsResponse(), "attachments")

    def GetAttachmentContent(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        whole = self.contents[request.name.removesuffix("/attachmentContent")]
        content = whole[request.offset : request.offset + 262_144]
        end = request.offset + len(content)
        return attachment_pb2.AttachmentContent(content=content, next_offset=end if end < len(whole) else 0)

    def DeleteAttachment(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.attachments.remove(one(context, self.platform.attachments, request.name))
        return empty_pb2.Empty()


class FindingHistory(finding_history_pb2_grpc.FindingHistoryServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListFindingChanges(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        metadata = watch_pb2.EventMetadata(type="finding.updated", actor="accounts/a", resource=request.parent)
        change = finding_history_pb2.FindingChange(
            name=f"{request.parent}/findingChanges/{new_id()}", metadata=metadata
        )
        field = change.fields.add(field="severity")
        field.before.string_value, field.after.string_value = "LOW", "HIGH"
        return page(request, [change], finding_history_pb2.ListFindingChangesResponse(), "finding_changes")
