import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Target(_message.Message):
    __slots__ = ("name", "display_name", "host", "cidr_block", "url", "excluded_addresses", "verification_method", "verification_token", "verification_instructions", "verification_state", "verify_time", "create_time", "update_time", "etag", "criticality")
    class VerificationMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERIFICATION_METHOD_UNSPECIFIED: _ClassVar[Target.VerificationMethod]
        DNS_TXT: _ClassVar[Target.VerificationMethod]
        WELL_KNOWN: _ClassVar[Target.VerificationMethod]
    VERIFICATION_METHOD_UNSPECIFIED: Target.VerificationMethod
    DNS_TXT: Target.VerificationMethod
    WELL_KNOWN: Target.VerificationMethod
    class VerificationState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERIFICATION_STATE_UNSPECIFIED: _ClassVar[Target.VerificationState]
        PENDING: _ClassVar[Target.VerificationState]
        VERIFIED: _ClassVar[Target.VerificationState]
    VERIFICATION_STATE_UNSPECIFIED: Target.VerificationState
    PENDING: Target.VerificationState
    VERIFIED: Target.VerificationState
    class Criticality(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CRITICALITY_UNSPECIFIED: _ClassVar[Target.Criticality]
        LOW: _ClassVar[Target.Criticality]
        MEDIUM: _ClassVar[Target.Criticality]
        HIGH: _ClassVar[Target.Criticality]
        CRITICAL: _ClassVar[Target.Criticality]
    CRITICALITY_UNSPECIFIED: Target.Criticality
    LOW: Target.Criticality
    MEDIUM: Target.Criticality
    HIGH: Target.Criticality
    CRITICAL: Target.Criticality
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    CIDR_BLOCK_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_METHOD_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_INSTRUCTIONS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_STATE_FIELD_NUMBER: _ClassVar[int]
    VERIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CRITICALITY_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    host: str
    cidr_block: str
    url: str
    excluded_addresses: _containers.RepeatedScalarFieldContainer[str]
    verification_method: Target.VerificationMethod
    verification_token: str
    verification_instructions: str
    verification_state: Target.VerificationState
    verify_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    criticality: Target.Criticality
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., host: _Optional[str] = ..., cidr_block: _Optional[str] = ..., url: _Optional[str] = ..., excluded_addresses: _Optional[_Iterable[str]] = ..., verification_method: _Optional[_Union[Target.VerificationMethod, str]] = ..., verification_token: _Optional[str] = ..., verification_instructions: _Optional[str] = ..., verification_state: _Optional[_Union[Target.VerificationState, str]] = ..., verify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., criticality: _Optional[_Union[Target.Criticality, str]] = ...) -> None: ...

class CreateTargetRequest(_message.Message):
    __slots__ = ("parent", "target", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    target: Target
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., target: _Optional[_Union[Target, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetTargetRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListTargetsRequest(_message.Message):
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

class ListTargetsResponse(_message.Message):
    __slots__ = ("targets", "next_page_token")
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    targets: _containers.RepeatedCompositeFieldContainer[Target]
    next_page_token: str
    def __init__(self, targets: _Optional[_Iterable[_Union[Target, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateTargetRequest(_message.Message):
    __slots__ = ("target", "update_mask", "request_id")
    TARGET_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    target: Target
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, target: _Optional[_Union[Target, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteTargetRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class VerifyTargetRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...
