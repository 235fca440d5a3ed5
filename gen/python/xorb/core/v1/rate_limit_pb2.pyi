import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RateLimitSubject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATE_LIMIT_SUBJECT_UNSPECIFIED: _ClassVar[RateLimitSubject]
    RATE_LIMIT_SUBJECT_ORGANIZATION: _ClassVar[RateLimitSubject]
    RATE_LIMIT_SUBJECT_USER: _ClassVar[RateLimitSubject]
RATE_LIMIT_SUBJECT_UNSPECIFIED: RateLimitSubject
RATE_LIMIT_SUBJECT_ORGANIZATION: RateLimitSubject
RATE_LIMIT_SUBJECT_USER: RateLimitSubject

class RateLimit(_message.Message):
    __slots__ = ("rate_class", "subject", "interval", "burst_count")
    RATE_CLASS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    BURST_COUNT_FIELD_NUMBER: _ClassVar[int]
    rate_class: _policy_pb2.RateClass
    subject: RateLimitSubject
    interval: _duration_pb2.Duration
    burst_count: int
    def __init__(self, rate_class: _Optional[_Union[_policy_pb2.RateClass, str]] = ..., subject: _Optional[_Union[RateLimitSubject, str]] = ..., interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., burst_count: _Optional[int] = ...) -> None: ...

class ListRateLimitsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRateLimitsResponse(_message.Message):
    __slots__ = ("rate_limits", "next_page_token")
    RATE_LIMITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rate_limits: _containers.RepeatedCompositeFieldContainer[RateLimit]
    next_page_token: str
    def __init__(self, rate_limits: _Optional[_Iterable[_Union[RateLimit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PutRateLimitRequest(_message.Message):
    __slots__ = ("organization", "rate_limit")
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    organization: str
    rate_limit: RateLimit
    def __init__(self, organization: _Optional[str] = ..., rate_limit: _Optional[_Union[RateLimit, _Mapping]] = ...) -> None: ...

class RemoveRateLimitRequest(_message.Message):
    __slots__ = ("organization", "rate_class", "subject")
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    RATE_CLASS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    organization: str
    rate_class: _policy_pb2.RateClass
    subject: RateLimitSubject
    def __init__(self, organization: _Optional[str] = ..., rate_class: _Optional[_Union[_policy_pb2.RateClass, str]] = ..., subject: _Optional[_Union[RateLimitSubject, str]] = ...) -> None: ...

class RemoveRateLimitResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: bool
    def __init__(self, removed: _Optional[bool] = ...) -> None: ...
