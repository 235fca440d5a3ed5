import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from xorb.core.v1 import finding_pb2 as _finding_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NotificationRule(_message.Message):
    __slots__ = ("name", "display_name", "disabled", "event_types", "minimum_severity", "targets", "states", "filter", "channels", "frequency", "time_zone", "hour", "weekday", "create_time", "update_time", "etag")
    class Frequency(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FREQUENCY_UNSPECIFIED: _ClassVar[NotificationRule.Frequency]
        IMMEDIATE: _ClassVar[NotificationRule.Frequency]
        HOURLY: _ClassVar[NotificationRule.Frequency]
        DAILY: _ClassVar[NotificationRule.Frequency]
        WEEKLY: _ClassVar[NotificationRule.Frequency]
    FREQUENCY_UNSPECIFIED: NotificationRule.Frequency
    IMMEDIATE: NotificationRule.Frequency
    HOURLY: NotificationRule.Frequency
    DAILY: NotificationRule.Frequency
    WEEKLY: NotificationRule.Frequency
    class Weekday(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WEEKDAY_UNSPECIFIED: _ClassVar[NotificationRule.Weekday]
        MONDAY: _ClassVar[NotificationRule.Weekday]
        TUESDAY: _ClassVar[NotificationRule.Weekday]
        WEDNESDAY: _ClassVar[NotificationRule.Weekday]
        THURSDAY: _ClassVar[NotificationRule.Weekday]
        FRIDAY: _ClassVar[NotificationRule.Weekday]
        SATURDAY: _ClassVar[NotificationRule.Weekday]
        SUNDAY: _ClassVar[NotificationRule.Weekday]
    WEEKDAY_UNSPECIFIED: NotificationRule.Weekday
    MONDAY: NotificationRule.Weekday
    TUESDAY: NotificationRule.Weekday
    WEDNESDAY: NotificationRule.Weekday
    THURSDAY: NotificationRule.Weekday
    FRIDAY: NotificationRule.Weekday
    SATURDAY: NotificationRule.Weekday
    SUNDAY: NotificationRule.Weekday
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    HOUR_FIELD_NUMBER: _ClassVar[int]
    WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    disabled: bool
    event_types: _containers.RepeatedScalarFieldContainer[str]
    minimum_severity: _finding_pb2.Severity
    targets: _containers.RepeatedScalarFieldContainer[str]
    states: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    frequency: NotificationRule.Frequency
    time_zone: str
    hour: int
    weekday: NotificationRule.Weekday
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., disabled: _Optional[bool] = ..., event_types: _Optional[_Iterable[str]] = ..., minimum_severity: _Optional[_Union[_finding_pb2.Severity, str]] = ..., targets: _Optional[_Iterable[str]] = ..., states: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., frequency: _Optional[_Union[NotificationRule.Frequency, str]] = ..., time_zone: _Optional[str] = ..., hour: _Optional[int] = ..., weekday: _Optional[_Union[NotificationRule.Weekday, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateNotificationRuleRequest(_message.Message):
    __slots__ = ("parent", "notification_rule", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_RULE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    notification_rule: NotificationRule
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., notification_rule: _Optional[_Union[NotificationRule, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetNotificationRuleRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListNotificationRulesRequest(_message.Message):
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

class ListNotificationRulesResponse(_message.Message):
    __slots__ = ("notification_rules", "next_page_token")
    NOTIFICATION_RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    notification_rules: _containers.RepeatedCompositeFieldContainer[NotificationRule]
    next_page_token: str
    def __init__(self, notification_rules: _Optional[_Iterable[_Union[NotificationRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateNotificationRuleRequest(_message.Message):
    __slots__ = ("notification_rule", "update_mask", "request_id")
    NOTIFICATION_RULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    notification_rule: NotificationRule
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, notification_rule: _Optional[_Union[NotificationRule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteNotificationRuleRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
