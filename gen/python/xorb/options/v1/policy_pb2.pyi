from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RateClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATE_CLASS_UNSPECIFIED: _ClassVar[RateClass]
    RATE_CLASS_READ: _ClassVar[RateClass]
    RATE_CLASS_WRITE: _ClassVar[RateClass]
    RATE_CLASS_SIGN_IN: _ClassVar[RateClass]
    RATE_CLASS_STREAM: _ClassVar[RateClass]
    RATE_CLASS_HEAVY: _ClassVar[RateClass]
    RATE_CLASS_INTERNAL: _ClassVar[RateClass]
RATE_CLASS_UNSPECIFIED: RateClass
RATE_CLASS_READ: RateClass
RATE_CLASS_WRITE: RateClass
RATE_CLASS_SIGN_IN: RateClass
RATE_CLASS_STREAM: RateClass
RATE_CLASS_HEAVY: RateClass
RATE_CLASS_INTERNAL: RateClass
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor
EXTERNAL_POLICY_FIELD_NUMBER: _ClassVar[int]
external_policy: _descriptor.FieldDescriptor

class Policy(_message.Message):
    __slots__ = ("public", "authenticated", "permission", "internal", "rate_class", "audited", "service_accounts", "confined_sessions")
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    AUTHENTICATED_FIELD_NUMBER: _ClassVar[int]
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    INTERNAL_FIELD_NUMBER: _ClassVar[int]
    RATE_CLASS_FIELD_NUMBER: _ClassVar[int]
    AUDITED_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    CONFINED_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    public: bool
    authenticated: bool
    permission: str
    internal: InternalCallers
    rate_class: RateClass
    audited: bool
    service_accounts: bool
    confined_sessions: bool
    def __init__(self, public: _Optional[bool] = ..., authenticated: _Optional[bool] = ..., permission: _Optional[str] = ..., internal: _Optional[_Union[InternalCallers, _Mapping]] = ..., rate_class: _Optional[_Union[RateClass, str]] = ..., audited: _Optional[bool] = ..., service_accounts: _Optional[bool] = ..., confined_sessions: _Optional[bool] = ...) -> None: ...

class InternalCallers(_message.Message):
    __slots__ = ("spiffe_ids",)
    SPIFFE_IDS_FIELD_NUMBER: _ClassVar[int]
    spiffe_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, spiffe_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ExternalPolicy(_message.Message):
    __slots__ = ("method", "policy", "comment")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    method: str
    policy: Policy
    comment: str
    def __init__(self, method: _Optional[str] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ..., comment: _Optional[str] = ...) -> None: ...
