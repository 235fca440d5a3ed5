import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from xorb.common.v1 import calendar_pb2 as _calendar_pb2
from xorb.core.v1 import scan_pb2 as _scan_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScanSchedule(_message.Message):
    __slots__ = ("name", "display_name", "scan", "cron", "interval", "time_zone", "blackouts", "weekly_blackouts", "overlap", "state", "next_run_times", "last_run_time", "last_scan", "last_refusal", "creator", "create_time", "update_time", "etag")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[ScanSchedule.State]
        ACTIVE: _ClassVar[ScanSchedule.State]
        PAUSED: _ClassVar[ScanSchedule.State]
    STATE_UNSPECIFIED: ScanSchedule.State
    ACTIVE: ScanSchedule.State
    PAUSED: ScanSchedule.State
    class Overlap(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OVERLAP_UNSPECIFIED: _ClassVar[ScanSchedule.Overlap]
        SKIP: _ClassVar[ScanSchedule.Overlap]
        BUFFER_ONE: _ClassVar[ScanSchedule.Overlap]
        CANCEL_OTHER: _ClassVar[ScanSchedule.Overlap]
    OVERLAP_UNSPECIFIED: ScanSchedule.Overlap
    SKIP: ScanSchedule.Overlap
    BUFFER_ONE: ScanSchedule.Overlap
    CANCEL_OTHER: ScanSchedule.Overlap
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    CRON_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    BLACKOUTS_FIELD_NUMBER: _ClassVar[int]
    WEEKLY_BLACKOUTS_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_RUN_TIMES_FIELD_NUMBER: _ClassVar[int]
    LAST_RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SCAN_FIELD_NUMBER: _ClassVar[int]
    LAST_REFUSAL_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    scan: _scan_pb2.Scan
    cron: str
    interval: _duration_pb2.Duration
    time_zone: str
    blackouts: _containers.RepeatedCompositeFieldContainer[_calendar_pb2.Period]
    weekly_blackouts: _containers.RepeatedCompositeFieldContainer[_calendar_pb2.WeeklyPeriod]
    overlap: ScanSchedule.Overlap
    state: ScanSchedule.State
    next_run_times: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    last_run_time: _timestamp_pb2.Timestamp
    last_scan: str
    last_refusal: str
    creator: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., scan: _Optional[_Union[_scan_pb2.Scan, _Mapping]] = ..., cron: _Optional[str] = ..., interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., time_zone: _Optional[str] = ..., blackouts: _Optional[_Iterable[_Union[_calendar_pb2.Period, _Mapping]]] = ..., weekly_blackouts: _Optional[_Iterable[_Union[_calendar_pb2.WeeklyPeriod, _Mapping]]] = ..., overlap: _Optional[_Union[ScanSchedule.Overlap, str]] = ..., state: _Optional[_Union[ScanSchedule.State, str]] = ..., next_run_times: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., last_run_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_scan: _Optional[str] = ..., last_refusal: _Optional[str] = ..., creator: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateScanScheduleRequest(_message.Message):
    __slots__ = ("parent", "scan_schedule", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SCAN_SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    scan_schedule: ScanSchedule
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., scan_schedule: _Optional[_Union[ScanSchedule, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetScanScheduleRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListScanSchedulesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "filter")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    filter: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class ListScanSchedulesResponse(_message.Message):
    __slots__ = ("scan_schedules", "next_page_token")
    SCAN_SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    scan_schedules: _containers.RepeatedCompositeFieldContainer[ScanSchedule]
    next_page_token: str
    def __init__(self, scan_schedules: _Optional[_Iterable[_Union[ScanSchedule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateScanScheduleRequest(_message.Message):
    __slots__ = ("scan_schedule", "update_mask", "request_id")
    SCAN_SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    scan_schedule: ScanSchedule
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, scan_schedule: _Optional[_Union[ScanSchedule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class PauseScanScheduleRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ResumeScanScheduleRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class TriggerScanScheduleRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteScanScheduleRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...
