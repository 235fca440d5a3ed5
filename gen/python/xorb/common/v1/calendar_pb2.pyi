import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Period(_message.Message):
    __slots__ = ("start_time", "end_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WeeklyPeriod(_message.Message):
    __slots__ = ("days", "start", "end")
    class Day(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DAY_UNSPECIFIED: _ClassVar[WeeklyPeriod.Day]
        MONDAY: _ClassVar[WeeklyPeriod.Day]
        TUESDAY: _ClassVar[WeeklyPeriod.Day]
        WEDNESDAY: _ClassVar[WeeklyPeriod.Day]
        THURSDAY: _ClassVar[WeeklyPeriod.Day]
        FRIDAY: _ClassVar[WeeklyPeriod.Day]
        SATURDAY: _ClassVar[WeeklyPeriod.Day]
        SUNDAY: _ClassVar[WeeklyPeriod.Day]
    DAY_UNSPECIFIED: WeeklyPeriod.Day
    MONDAY: WeeklyPeriod.Day
    TUESDAY: WeeklyPeriod.Day
    WEDNESDAY: WeeklyPeriod.Day
    THURSDAY: WeeklyPeriod.Day
    FRIDAY: WeeklyPeriod.Day
    SATURDAY: WeeklyPeriod.Day
    SUNDAY: WeeklyPeriod.Day
    DAYS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedScalarFieldContainer[WeeklyPeriod.Day]
    start: str
    end: str
    def __init__(self, days: _Optional[_Iterable[_Union[WeeklyPeriod.Day, str]]] = ..., start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...
