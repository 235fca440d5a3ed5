import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.longrunning import operations_pb2 as _operations_pb2
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

class Scan(_message.Message):
    __slots__ = ("name", "display_name", "targets", "profile", "ports", "state", "progress", "failure_reason", "creator", "create_time", "start_time", "end_time", "update_time", "etag", "engagement", "outside_window", "wait_time", "checks")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Scan.State]
        QUEUED: _ClassVar[Scan.State]
        RUNNING: _ClassVar[Scan.State]
        PAUSED: _ClassVar[Scan.State]
        SUCCEEDED: _ClassVar[Scan.State]
        FAILED: _ClassVar[Scan.State]
        CANCELLED: _ClassVar[Scan.State]
    STATE_UNSPECIFIED: Scan.State
    QUEUED: Scan.State
    RUNNING: Scan.State
    PAUSED: Scan.State
    SUCCEEDED: Scan.State
    FAILED: Scan.State
    CANCELLED: Scan.State
    class Profile(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PROFILE_UNSPECIFIED: _ClassVar[Scan.Profile]
        QUICK: _ClassVar[Scan.Profile]
        STANDARD: _ClassVar[Scan.Profile]
        THOROUGH: _ClassVar[Scan.Profile]
    PROFILE_UNSPECIFIED: Scan.Profile
    QUICK: Scan.Profile
    STANDARD: Scan.Profile
    THOROUGH: Scan.Profile
    class OutsideWindow(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTSIDE_WINDOW_UNSPECIFIED: _ClassVar[Scan.OutsideWindow]
        WAIT: _ClassVar[Scan.OutsideWindow]
        REFUSE: _ClassVar[Scan.OutsideWindow]
    OUTSIDE_WINDOW_UNSPECIFIED: Scan.OutsideWindow
    WAIT: Scan.OutsideWindow
    REFUSE: Scan.OutsideWindow
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PORTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    OUTSIDE_WINDOW_FIELD_NUMBER: _ClassVar[int]
    WAIT_TIME_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    targets: _containers.RepeatedScalarFieldContainer[str]
    profile: Scan.Profile
    ports: _containers.RepeatedScalarFieldContainer[int]
    state: Scan.State
    progress: ScanProgress
    failure_reason: str
    creator: str
    create_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    engagement: str
    outside_window: Scan.OutsideWindow
    wait_time: _timestamp_pb2.Timestamp
    checks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., targets: _Optional[_Iterable[str]] = ..., profile: _Optional[_Union[Scan.Profile, str]] = ..., ports: _Optional[_Iterable[int]] = ..., state: _Optional[_Union[Scan.State, str]] = ..., progress: _Optional[_Union[ScanProgress, _Mapping]] = ..., failure_reason: _Optional[str] = ..., creator: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., engagement: _Optional[str] = ..., outside_window: _Optional[_Union[Scan.OutsideWindow, str]] = ..., wait_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., checks: _Optional[_Iterable[str]] = ...) -> None: ...

class ScanProgress(_message.Message):
    __slots__ = ("percent", "stages", "tasks", "findings")
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    percent: int
    stages: _containers.RepeatedCompositeFieldContainer[StageProgress]
    tasks: _containers.RepeatedCompositeFieldContainer[TaskProgress]
    findings: int
    def __init__(self, percent: _Optional[int] = ..., stages: _Optional[_Iterable[_Union[StageProgress, _Mapping]]] = ..., tasks: _Optional[_Iterable[_Union[TaskProgress, _Mapping]]] = ..., findings: _Optional[int] = ...) -> None: ...

class StageProgress(_message.Message):
    __slots__ = ("stage", "percent")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    stage: str
    percent: int
    def __init__(self, stage: _Optional[str] = ..., percent: _Optional[int] = ...) -> None: ...

class TaskProgress(_message.Message):
    __slots__ = ("executor", "target", "target_display_name", "stage", "state", "percent")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[TaskProgress.State]
        WAITING: _ClassVar[TaskProgress.State]
        RUNNING: _ClassVar[TaskProgress.State]
        DONE: _ClassVar[TaskProgress.State]
        FAILED: _ClassVar[TaskProgress.State]
        SKIPPED: _ClassVar[TaskProgress.State]
    STATE_UNSPECIFIED: TaskProgress.State
    WAITING: TaskProgress.State
    RUNNING: TaskProgress.State
    DONE: TaskProgress.State
    FAILED: TaskProgress.State
    SKIPPED: TaskProgress.State
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    TARGET_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    executor: str
    target: str
    target_display_name: str
    stage: str
    state: TaskProgress.State
    percent: int
    def __init__(self, executor: _Optional[str] = ..., target: _Optional[str] = ..., target_display_name: _Optional[str] = ..., stage: _Optional[str] = ..., state: _Optional[_Union[TaskProgress.State, str]] = ..., percent: _Optional[int] = ...) -> None: ...

class ScanLogEntry(_message.Message):
    __slots__ = ("time", "level", "executor", "message")
    TIME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    level: str
    executor: str
    message: str
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., level: _Optional[str] = ..., executor: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("name", "executor", "target", "media_type", "size_bytes", "sha256", "truncated", "create_time", "content")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    executor: str
    target: str
    media_type: str
    size_bytes: int
    sha256: str
    truncated: bool
    create_time: _timestamp_pb2.Timestamp
    content: bytes
    def __init__(self, name: _Optional[str] = ..., executor: _Optional[str] = ..., target: _Optional[str] = ..., media_type: _Optional[str] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., truncated: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class ScanEvent(_message.Message):
    __slots__ = ("metadata", "scan", "log_entry", "finding")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    LOG_ENTRY_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    scan: Scan
    log_entry: ScanLogEntry
    finding: _finding_pb2.Finding
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., scan: _Optional[_Union[Scan, _Mapping]] = ..., log_entry: _Optional[_Union[ScanLogEntry, _Mapping]] = ..., finding: _Optional[_Union[_finding_pb2.Finding, _Mapping]] = ...) -> None: ...

class CreateScanRequest(_message.Message):
    __slots__ = ("parent", "scan", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    scan: Scan
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., scan: _Optional[_Union[Scan, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetScanRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListScansRequest(_message.Message):
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

class ListScansResponse(_message.Message):
    __slots__ = ("scans", "next_page_token")
    SCANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scans: _containers.RepeatedCompositeFieldContainer[Scan]
    next_page_token: str
    def __init__(self, scans: _Optional[_Iterable[_Union[Scan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PauseScanRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeScanRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelScanRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListScanLogEntriesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListScanLogEntriesResponse(_message.Message):
    __slots__ = ("log_entries", "next_page_token")
    LOG_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    log_entries: _containers.RepeatedCompositeFieldContainer[ScanLogEntry]
    next_page_token: str
    def __init__(self, log_entries: _Optional[_Iterable[_Union[ScanLogEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListEvidenceRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEvidenceResponse(_message.Message):
    __slots__ = ("evidence", "next_page_token")
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    next_page_token: str
    def __init__(self, evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetEvidenceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchScanRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchScanResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: ScanEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[ScanEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
