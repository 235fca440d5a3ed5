"""Attachments on the wire."""

from uuid import UUID

from xorb.core.v1 import attachment_pb2

from services.core.findings.attachments import domain
from services.core.findings.attachments.domain import Attachment, Declared
from services.mesh import names
from services.mesh.events.model import Event

PATTERN = "organizations/{organization}/findings/{finding}/attachments/{attachment}"
CONTENT = f"{PATTERN}/attachmentContent"
FINDING = "organizations/{organization}/findings/{finding}"


def message(organization: UUID, attachment: Attachment) -> attachment_pb2.Attachment:
    """Returns a file as the contract has it."""
    finding = names.join("organizations", organization, "findings", attachment.finding)
    return attachment_pb2.Attachment(
        name=names.join(finding, "attachments", attachment.id),
        file_name=attachment.declared.file_name,
        media_type=attachment.declared.media_type,
        size=attachment.declared.size,
        sha256=attachment.declared.sha256,
        state=attachment.state.name,
        received_size=attachment.received,
        creator=attachment.creator,
        create_time=attachment.created_at,
    )


def declared(sent: attachment_pb2.Attachment) -> Declared:
    """Returns what a request says that a file is.

    Raises:
        Failure: INVALID_FIELD; it has no name.
    """
    return domain.declare(sent.file_name, sent.media_type, sent.size, sent.sha256)


def event(organization: UUID, attachment: Attachment, verb: str) -> Event:
    """Returns the event of a change."""
    snapshot = message(organization, attachment)
    summary = f"A file was {verb}: {attachment.declared.file_name}"
    return Event(
        f"attachment.{verb}",
        snapshot.name,
        summary,
        snapshot.SerializeToString(),
        snapshot.DESCRIPTOR.full_name,
    )
