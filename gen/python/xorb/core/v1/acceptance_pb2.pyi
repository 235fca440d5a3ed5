import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from xorb.common.v1 import watch_pb2 as _watch_pb2
from xorb.core.v1 import finding_pb2 as _finding_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Acceptance(_message.Message):
    __slots__ = ("name", "finding", "cve", "targets", "whole_organization", "check", "greatest_severity", "justification", "evidence", "expire_time", "state", "requester", "decider", "note", "finding_count", "create_time", "decide_time", "end_time", "etag")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Acceptance.State]
        REQUESTED: _ClassVar[Acceptance.State]
        APPROVED: _ClassVar[Acceptance.State]
        REJECTED: _ClassVar[Acceptance.State]
        REVOKED: _ClassVar[Acceptance.State]
        EXPIRED: _ClassVar[Acceptance.State]
    STATE_UNSPECIFIED: Acceptance.State
    REQUESTED: Acceptance.State
    APPROVED: Acceptance.State
    REJECTED: Acceptance.State
    REVOKED: Acceptance.State
    EXPIRED: Acceptance.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    CVE_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    WHOLE_ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    GREATEST_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    JUSTIFICATION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    DECIDER_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    FINDING_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    finding: str
    cve: str
    targets: AcceptedTargets
    whole_organization: bool
    check: str
    greatest_severity: _finding_pb2.Severity
    justification: str
    evidence: str
    expire_time: _timestamp_pb2.Timestamp
    state: Acceptance.State
    requester: str
    decider: str
    note: str
    finding_count: int
    create_time: _timestamp_pb2.Timestamp
    decide_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., finding: _Optional[str] = ..., cve: _Optional[str] = ..., targets: _Optional[_Union[AcceptedTargets, _Mapping]] = ..., whole_organization: _Optional[bool] = ..., check: _Optional[str] = ..., greatest_severity: _Optional[_Union[_finding_pb2.Severity, str]] = ..., justification: _Optional[str] = ..., evidence: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Acceptance.State, str]] = ..., requester: _Optional[str] = ..., decider: _Optional[str] = ..., note: _Optional[str] = ..., finding_count: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class AcceptedTargets(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class AcceptanceEvent(_message.Message):
    __slots__ = ("metadata", "acceptance")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ACCEPTANCE_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    acceptance: Acceptance
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., acceptance: _Optional[_Union[Acceptance, _Mapping]] = ...) -> None: ...

class CreateAcceptanceRequest(_message.Message):
    __slots__ = ("parent", "acceptance", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTANCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    acceptance: Acceptance
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., acceptance: _Optional[_Union[Acceptance, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetAcceptanceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListAcceptancesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "filter", "order_by")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    filter: str
    order_by: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListAcceptancesResponse(_message.Message):
    __slots__ = ("acceptances", "next_page_token")
    ACCEPTANCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    acceptances: _containers.RepeatedCompositeFieldContainer[Acceptance]
    next_page_token: str
    def __init__(self, acceptances: _Optional[_Iterable[_Union[Acceptance, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ApproveAcceptanceRequest(_message.Message):
    __slots__ = ("name", "note", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    note: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RejectAcceptanceRequest(_message.Message):
    __slots__ = ("name", "note", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    note: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeAcceptanceRequest(_message.Message):
    __slots__ = ("name", "note", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    note: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class WatchAcceptancesRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchAcceptancesResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: AcceptanceEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[AcceptanceEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
