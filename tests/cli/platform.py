"""A small platform for the command line's tests: it keeps its state in lists; `service` serves it."""

import uuid
from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from xorb.core.v1 import (
    activity_pb2,
    attachment_pb2,
    audit_pb2,
    dashboard_pb2,
    finding_pb2,
    import_pb2,
    note_pb2,
    organization_pb2,
    scan_pb2,
    target_pb2,
)
from xorb.security.v1 import identity_pb2, passkey_pb2

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
ORGANIZATION = "organizations/0190b0a0-0000-7000-8000-000000000001"
CODES = {code.value[0]: code for code in grpc.StatusCode}


def fail(context: Any, code: int, reason: str, message: str, **fields: str) -> NoReturn:
    """Ends a call as the services do: with ErrorInfo, and BadRequest where fields are wrong."""
    status = status_pb2.Status(code=code, message=message)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain="xorb"))
    if fields:
        bad = error_details_pb2.BadRequest()
        for name, description in fields.items():
            bad.field_violations.add(field=name, description=description)
        status.details.add().Pack(bad)
    context.abort_with_status(rpc_status.to_status(status))
    raise AssertionError("abort raises")


@dataclass
class Platform:
    """The state of all services.

    Attributes:
        codes: What is taken as a second factor; none is asked for where there are none, and no passkeys.
        admitted: Sessions, connections, service accounts and keys.
        waits: What each call that waits for an operation is answered with: an error's message; empty for none.
        failures: By method: what the next calls of it answer instead, as (code, reason, message).
        dashboards: What a dashboard says, then what it says after each change; the first becomes each in turn.
        damages: Whether files of reports are damaged on their way.
        calls: The names of the methods that were called.
    """

    accounts: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    passkeys: list[passkey_pb2.Passkey] = field(default_factory=list)
    admitted: list[Any] = field(default_factory=list)
    trail: list[audit_pb2.AuditEntry] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    access: set[str] = field(default_factory=set)
    refresh: dict[str, str] = field(default_factory=dict)
    lifetime: float = 600
    organizations: list[organization_pb2.Organization] = field(default_factory=list)
    targets: list[target_pb2.Target] = field(default_factory=list)
    scans: list[scan_pb2.Scan] = field(default_factory=list)
    findings: list[finding_pb2.Finding] = field(default_factory=list)
    imports: list[tuple[import_pb2.Import, bytearray]] = field(default_factory=list)
    notes: list[note_pb2.Note] = field(default_factory=list)
    attachments: list[attachment_pb2.Attachment] = field(default_factory=list)
    log: list[scan_pb2.ScanLogEntry] = field(default_factory=list)
    evidence: list[scan_pb2.Evidence] = field(default_factory=list)
    script: list[scan_pb2.ScanEvent] = field(default_factory=list)
    activity: list[activity_pb2.ActivityEvent] = field(default_factory=list)
    dashboards: list[dashboard_pb2.Dashboard] = field(default_factory=list)
    breaks: dict[int, grpc.StatusCode] = field(default_factory=dict)
    failures: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    damages: bool = False
    calls: list[str] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    request_ids: set[str] = field(default_factory=set)

    def new_tokens(self, email: str, organization: str) -> identity_pb2.SessionTokens:
        access, refresh = f"access.{uuid.uuid4().hex}.x", uuid.uuid4().hex
        self.access.add(access)
        self.refresh[refresh] = organization
        ends = Timestamp()
        ends.GetCurrentTime()
        ends.seconds += int(self.lifetime)
        return identity_pb2.SessionTokens(
            access_token=access,
            refresh_token=refresh,
            expire_time=ends,
            account=identity_pb2.Account(name="accounts/a", email=email),
            organization=organization,
        )

    def enter(self, request: Any, context: Any, *, public: bool = False) -> None:
        """What the interceptors do: authentication, and the failures that a test planned."""
        name = request.DESCRIPTOR.name.removesuffix("Request")
        self.calls.append(name)
        self.requests.append(request)
        if self.failures.get(name):
            code, reason, message = self.failures[name].pop(0)
            if not reason:
                context.abort(CODES[code], message)
            fail(context, code, reason, message)
        token = dict(context.invocation_metadata()).get("authorization", "").removeprefix("Bearer ")
        if not public and token not in self.access:
            fail(context, code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", "Sign in first.")
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            assert uuid.UUID(request.request_id)
            self.request_ids.add(request.request_id)


def one(context: Any, resources: list[Any], name: str) -> Any:
    """The resource of a name; the call fails where there is none."""
    found = [resource for resource in resources if resource.name == name]
    if not found:
        fail(context, code_pb2.NOT_FOUND, "NOT_FOUND", f"There is no {name}, or you may not see it.")
    return found[0]


def new_id() -> str:
    """An identifier that nothing has yet."""
    return str(uuid.uuid4())


def page(request: Any, resources: list[Any], response: Any, field_name: str) -> Any:
    """One page of three, so that every list has several."""
    start = int(request.page_token or 0)
    end = start + min(request.page_size or 50, 3)
    getattr(response, field_name).extend(resources[start:end])
    response.next_page_token = str(end) if end < len(resources) else ""
    return response
