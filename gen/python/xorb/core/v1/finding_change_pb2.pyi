from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from xorb.core.v1 import finding_pb2 as _finding_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChangeFindingsRequest(_message.Message):
    __slots__ = ("parent", "filter", "query", "action", "reason", "assignee", "validate_only", "page_size", "page_token", "request_id")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[ChangeFindingsRequest.Action]
        TRIAGE: _ClassVar[ChangeFindingsRequest.Action]
        START_REMEDIATION: _ClassVar[ChangeFindingsRequest.Action]
        RESOLVE: _ClassVar[ChangeFindingsRequest.Action]
        DISMISS: _ClassVar[ChangeFindingsRequest.Action]
        REOPEN: _ClassVar[ChangeFindingsRequest.Action]
        ASSIGN: _ClassVar[ChangeFindingsRequest.Action]
        UNASSIGN: _ClassVar[ChangeFindingsRequest.Action]
    ACTION_UNSPECIFIED: ChangeFindingsRequest.Action
    TRIAGE: ChangeFindingsRequest.Action
    START_REMEDIATION: ChangeFindingsRequest.Action
    RESOLVE: ChangeFindingsRequest.Action
    DISMISS: ChangeFindingsRequest.Action
    REOPEN: ChangeFindingsRequest.Action
    ASSIGN: ChangeFindingsRequest.Action
    UNASSIGN: ChangeFindingsRequest.Action
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    query: str
    action: ChangeFindingsRequest.Action
    reason: str
    assignee: str
    validate_only: bool
    page_size: int
    page_token: str
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., query: _Optional[str] = ..., action: _Optional[_Union[ChangeFindingsRequest.Action, str]] = ..., reason: _Optional[str] = ..., assignee: _Optional[str] = ..., validate_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChangeFindingsResponse(_message.Message):
    __slots__ = ("matched_count", "changed_count", "unchanged_count", "refusals", "next_page_token")
    class Refusal(_message.Message):
        __slots__ = ("state", "count", "message", "finding")
        STATE_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        FINDING_FIELD_NUMBER: _ClassVar[int]
        state: _finding_pb2.Finding.State
        count: int
        message: str
        finding: str
        def __init__(self, state: _Optional[_Union[_finding_pb2.Finding.State, str]] = ..., count: _Optional[int] = ..., message: _Optional[str] = ..., finding: _Optional[str] = ...) -> None: ...
    MATCHED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    matched_count: int
    changed_count: int
    unchanged_count: int
    refusals: _containers.RepeatedCompositeFieldContainer[ChangeFindingsResponse.Refusal]
    next_page_token: str
    def __init__(self, matched_count: _Optional[int] = ..., changed_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[ChangeFindingsResponse.Refusal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
