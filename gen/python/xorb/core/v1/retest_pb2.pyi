import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from xorb.common.v1 import watch_pb2 as _watch_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Retest(_message.Message):
    __slots__ = ("name", "finding", "method", "state", "verdict", "reason", "executor", "check", "location", "scan", "engagement", "tester", "requester", "decider", "request_time", "queue_time", "start_time", "end_time", "note", "evidence_before", "evidence_after", "difference", "etag")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Retest.State]
        REQUESTED: _ClassVar[Retest.State]
        QUEUED: _ClassVar[Retest.State]
        RUNNING: _ClassVar[Retest.State]
        ASSIGNED: _ClassVar[Retest.State]
        ENDED: _ClassVar[Retest.State]
        CANCELLED: _ClassVar[Retest.State]
    STATE_UNSPECIFIED: Retest.State
    REQUESTED: Retest.State
    QUEUED: Retest.State
    RUNNING: Retest.State
    ASSIGNED: Retest.State
    ENDED: Retest.State
    CANCELLED: Retest.State
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        METHOD_UNSPECIFIED: _ClassVar[Retest.Method]
        RESCAN: _ClassVar[Retest.Method]
        BY_HAND: _ClassVar[Retest.Method]
    METHOD_UNSPECIFIED: Retest.Method
    RESCAN: Retest.Method
    BY_HAND: Retest.Method
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[Retest.Verdict]
        FIXED: _ClassVar[Retest.Verdict]
        STILL_THERE: _ClassVar[Retest.Verdict]
        INCONCLUSIVE: _ClassVar[Retest.Verdict]
    VERDICT_UNSPECIFIED: Retest.Verdict
    FIXED: Retest.Verdict
    STILL_THERE: Retest.Verdict
    INCONCLUSIVE: Retest.Verdict
    NAME_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    TESTER_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    DECIDER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    QUEUE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    finding: str
    method: Retest.Method
    state: Retest.State
    verdict: Retest.Verdict
    reason: str
    executor: str
    check: str
    location: str
    scan: str
    engagement: str
    tester: str
    requester: str
    decider: str
    request_time: _timestamp_pb2.Timestamp
    queue_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    note: str
    evidence_before: str
    evidence_after: str
    difference: _containers.RepeatedCompositeFieldContainer[EvidenceLine]
    etag: str
    def __init__(self, name: _Optional[str] = ..., finding: _Optional[str] = ..., method: _Optional[_Union[Retest.Method, str]] = ..., state: _Optional[_Union[Retest.State, str]] = ..., verdict: _Optional[_Union[Retest.Verdict, str]] = ..., reason: _Optional[str] = ..., executor: _Optional[str] = ..., check: _Optional[str] = ..., location: _Optional[str] = ..., scan: _Optional[str] = ..., engagement: _Optional[str] = ..., tester: _Optional[str] = ..., requester: _Optional[str] = ..., decider: _Optional[str] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., queue_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ..., evidence_before: _Optional[str] = ..., evidence_after: _Optional[str] = ..., difference: _Optional[_Iterable[_Union[EvidenceLine, _Mapping]]] = ..., etag: _Optional[str] = ...) -> None: ...

class EvidenceLine(_message.Message):
    __slots__ = ("change", "text")
    class Change(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CHANGE_UNSPECIFIED: _ClassVar[EvidenceLine.Change]
        STAYED: _ClassVar[EvidenceLine.Change]
        WENT: _ClassVar[EvidenceLine.Change]
        CAME: _ClassVar[EvidenceLine.Change]
    CHANGE_UNSPECIFIED: EvidenceLine.Change
    STAYED: EvidenceLine.Change
    WENT: EvidenceLine.Change
    CAME: EvidenceLine.Change
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    change: EvidenceLine.Change
    text: str
    def __init__(self, change: _Optional[_Union[EvidenceLine.Change, str]] = ..., text: _Optional[str] = ...) -> None: ...

class RetestEvent(_message.Message):
    __slots__ = ("metadata", "retest")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RETEST_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    retest: Retest
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., retest: _Optional[_Union[Retest, _Mapping]] = ...) -> None: ...

class RequestRetestRequest(_message.Message):
    __slots__ = ("finding", "method", "tester", "engagement", "note", "etag", "request_id")
    FINDING_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    TESTER_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    finding: str
    method: Retest.Method
    tester: str
    engagement: str
    note: str
    etag: str
    request_id: str
    def __init__(self, finding: _Optional[str] = ..., method: _Optional[_Union[Retest.Method, str]] = ..., tester: _Optional[str] = ..., engagement: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetRetestRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListRetestsRequest(_message.Message):
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

class ListRetestsResponse(_message.Message):
    __slots__ = ("retests", "next_page_token")
    RETESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    retests: _containers.RepeatedCompositeFieldContainer[Retest]
    next_page_token: str
    def __init__(self, retests: _Optional[_Iterable[_Union[Retest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CancelRetestRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AssignRetestRequest(_message.Message):
    __slots__ = ("name", "tester", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TESTER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    tester: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., tester: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ConcludeRetestRequest(_message.Message):
    __slots__ = ("name", "verdict", "evidence", "reason", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    verdict: Retest.Verdict
    evidence: str
    reason: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., verdict: _Optional[_Union[Retest.Verdict, str]] = ..., evidence: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class WatchRetestsRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchRetestsResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: RetestEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[RetestEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
