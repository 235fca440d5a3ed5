import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from xorb.common.v1 import calendar_pb2 as _calendar_pb2
from xorb.common.v1 import watch_pb2 as _watch_pb2
from xorb.core.v1 import activity_pb2 as _activity_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Engagement(_message.Message):
    __slots__ = ("name", "display_name", "description", "state", "targets", "excluded_hosts", "excluded_paths", "excluded_addresses", "requests_per_second", "rules_of_engagement", "contacts", "time_zone", "windows", "blackouts", "weekly_blackouts", "testers", "hours_budget", "hours_used", "credits_budget", "credits_used", "creator", "create_time", "update_time", "start_time", "close_time", "etag", "emergency_stop_time", "emergency_stop_actor", "emergency_stop_reason", "budget_policy", "budget_spent")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Engagement.State]
        DRAFT: _ClassVar[Engagement.State]
        SCOPING: _ClassVar[Engagement.State]
        SCHEDULED: _ClassVar[Engagement.State]
        IN_PROGRESS: _ClassVar[Engagement.State]
        REMEDIATION: _ClassVar[Engagement.State]
        CLOSED: _ClassVar[Engagement.State]
    STATE_UNSPECIFIED: Engagement.State
    DRAFT: Engagement.State
    SCOPING: Engagement.State
    SCHEDULED: Engagement.State
    IN_PROGRESS: Engagement.State
    REMEDIATION: Engagement.State
    CLOSED: Engagement.State
    class BudgetPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BUDGET_POLICY_UNSPECIFIED: _ClassVar[Engagement.BudgetPolicy]
        WARN: _ClassVar[Engagement.BudgetPolicy]
        REFUSE: _ClassVar[Engagement.BudgetPolicy]
    BUDGET_POLICY_UNSPECIFIED: Engagement.BudgetPolicy
    WARN: Engagement.BudgetPolicy
    REFUSE: Engagement.BudgetPolicy
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_HOSTS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_PATHS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RULES_OF_ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    BLACKOUTS_FIELD_NUMBER: _ClassVar[int]
    WEEKLY_BLACKOUTS_FIELD_NUMBER: _ClassVar[int]
    TESTERS_FIELD_NUMBER: _ClassVar[int]
    HOURS_BUDGET_FIELD_NUMBER: _ClassVar[int]
    HOURS_USED_FIELD_NUMBER: _ClassVar[int]
    CREDITS_BUDGET_FIELD_NUMBER: _ClassVar[int]
    CREDITS_USED_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_STOP_TIME_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_STOP_ACTOR_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    BUDGET_POLICY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_SPENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    description: str
    state: Engagement.State
    targets: _containers.RepeatedScalarFieldContainer[str]
    excluded_hosts: _containers.RepeatedScalarFieldContainer[str]
    excluded_paths: _containers.RepeatedScalarFieldContainer[str]
    excluded_addresses: _containers.RepeatedScalarFieldContainer[str]
    requests_per_second: int
    rules_of_engagement: str
    contacts: _containers.RepeatedCompositeFieldContainer[Contact]
    time_zone: str
    windows: _containers.RepeatedCompositeFieldContainer[_calendar_pb2.Period]
    blackouts: _containers.RepeatedCompositeFieldContainer[_calendar_pb2.Period]
    weekly_blackouts: _containers.RepeatedCompositeFieldContainer[_calendar_pb2.WeeklyPeriod]
    testers: _containers.RepeatedScalarFieldContainer[str]
    hours_budget: float
    hours_used: float
    credits_budget: int
    credits_used: int
    creator: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    etag: str
    emergency_stop_time: _timestamp_pb2.Timestamp
    emergency_stop_actor: str
    emergency_stop_reason: str
    budget_policy: Engagement.BudgetPolicy
    budget_spent: bool
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., description: _Optional[str] = ..., state: _Optional[_Union[Engagement.State, str]] = ..., targets: _Optional[_Iterable[str]] = ..., excluded_hosts: _Optional[_Iterable[str]] = ..., excluded_paths: _Optional[_Iterable[str]] = ..., excluded_addresses: _Optional[_Iterable[str]] = ..., requests_per_second: _Optional[int] = ..., rules_of_engagement: _Optional[str] = ..., contacts: _Optional[_Iterable[_Union[Contact, _Mapping]]] = ..., time_zone: _Optional[str] = ..., windows: _Optional[_Iterable[_Union[_calendar_pb2.Period, _Mapping]]] = ..., blackouts: _Optional[_Iterable[_Union[_calendar_pb2.Period, _Mapping]]] = ..., weekly_blackouts: _Optional[_Iterable[_Union[_calendar_pb2.WeeklyPeriod, _Mapping]]] = ..., testers: _Optional[_Iterable[str]] = ..., hours_budget: _Optional[float] = ..., hours_used: _Optional[float] = ..., credits_budget: _Optional[int] = ..., credits_used: _Optional[int] = ..., creator: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., emergency_stop_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., emergency_stop_actor: _Optional[str] = ..., emergency_stop_reason: _Optional[str] = ..., budget_policy: _Optional[_Union[Engagement.BudgetPolicy, str]] = ..., budget_spent: _Optional[bool] = ...) -> None: ...

class EffortEntry(_message.Message):
    __slots__ = ("name", "hours", "credits", "note", "work_time", "author", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    WORK_TIME_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    hours: float
    credits: int
    note: str
    work_time: _timestamp_pb2.Timestamp
    author: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., hours: _Optional[float] = ..., credits: _Optional[int] = ..., note: _Optional[str] = ..., work_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., author: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("display_name", "email", "phone")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    email: str
    phone: str
    def __init__(self, display_name: _Optional[str] = ..., email: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...

class EngagementEvent(_message.Message):
    __slots__ = ("metadata", "engagement")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    engagement: Engagement
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., engagement: _Optional[_Union[Engagement, _Mapping]] = ...) -> None: ...

class CreateEngagementRequest(_message.Message):
    __slots__ = ("parent", "engagement", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    engagement: Engagement
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., engagement: _Optional[_Union[Engagement, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetEngagementRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListEngagementsRequest(_message.Message):
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

class ListEngagementsResponse(_message.Message):
    __slots__ = ("engagements", "next_page_token")
    ENGAGEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    engagements: _containers.RepeatedCompositeFieldContainer[Engagement]
    next_page_token: str
    def __init__(self, engagements: _Optional[_Iterable[_Union[Engagement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateEngagementRequest(_message.Message):
    __slots__ = ("engagement", "update_mask", "request_id")
    ENGAGEMENT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    engagement: Engagement
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, engagement: _Optional[_Union[Engagement, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScopeEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ScheduleEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemediateEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CloseEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StopEngagementRequest(_message.Message):
    __slots__ = ("name", "reason", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReleaseEngagementRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RecordEffortRequest(_message.Message):
    __slots__ = ("name", "hours", "credits", "request_id", "note", "work_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    WORK_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    hours: float
    credits: int
    request_id: str
    note: str
    work_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., hours: _Optional[float] = ..., credits: _Optional[int] = ..., request_id: _Optional[str] = ..., note: _Optional[str] = ..., work_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListEffortEntriesRequest(_message.Message):
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

class ListEffortEntriesResponse(_message.Message):
    __slots__ = ("effort_entries", "next_page_token")
    EFFORT_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    effort_entries: _containers.RepeatedCompositeFieldContainer[EffortEntry]
    next_page_token: str
    def __init__(self, effort_entries: _Optional[_Iterable[_Union[EffortEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchEngagementsRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchEngagementsResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: EngagementEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[EngagementEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class ListEngagementActivityRequest(_message.Message):
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

class ListEngagementActivityResponse(_message.Message):
    __slots__ = ("events", "next_page_token")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_activity_pb2.ActivityEvent]
    next_page_token: str
    def __init__(self, events: _Optional[_Iterable[_Union[_activity_pb2.ActivityEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchEngagementRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchEngagementResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: _activity_pb2.ActivityEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[_activity_pb2.ActivityEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
