import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from xorb.security.v1 import factor_pb2 as _factor_pb2
from xorb.security.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Passkey(_message.Message):
    __slots__ = ("name", "display_name", "create_time", "use_time", "synced")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    USE_TIME_FIELD_NUMBER: _ClassVar[int]
    SYNCED_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    create_time: _timestamp_pb2.Timestamp
    use_time: _timestamp_pb2.Timestamp
    synced: bool
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., use_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., synced: _Optional[bool] = ...) -> None: ...

class ListPasskeysRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPasskeysResponse(_message.Message):
    __slots__ = ("passkeys", "next_page_token")
    PASSKEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    passkeys: _containers.RepeatedCompositeFieldContainer[Passkey]
    next_page_token: str
    def __init__(self, passkeys: _Optional[_Iterable[_Union[Passkey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BeginPasskeyRegistrationRequest(_message.Message):
    __slots__ = ("parent", "proof")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    parent: str
    proof: _factor_pb2.Proof
    def __init__(self, parent: _Optional[str] = ..., proof: _Optional[_Union[_factor_pb2.Proof, _Mapping]] = ...) -> None: ...

class BeginPasskeyRegistrationResponse(_message.Message):
    __slots__ = ("challenge", "options")
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    challenge: str
    options: str
    def __init__(self, challenge: _Optional[str] = ..., options: _Optional[str] = ...) -> None: ...

class FinishPasskeyRegistrationRequest(_message.Message):
    __slots__ = ("parent", "challenge", "credential", "display_name")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    parent: str
    challenge: str
    credential: str
    display_name: str
    def __init__(self, parent: _Optional[str] = ..., challenge: _Optional[str] = ..., credential: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

class FinishPasskeyRegistrationResponse(_message.Message):
    __slots__ = ("passkey", "recovery_codes")
    PASSKEY_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CODES_FIELD_NUMBER: _ClassVar[int]
    passkey: Passkey
    recovery_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, passkey: _Optional[_Union[Passkey, _Mapping]] = ..., recovery_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class UpdatePasskeyRequest(_message.Message):
    __slots__ = ("passkey", "update_mask", "request_id")
    PASSKEY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    passkey: Passkey
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, passkey: _Optional[_Union[Passkey, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemovePasskeyRequest(_message.Message):
    __slots__ = ("name", "proof")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    name: str
    proof: _factor_pb2.Proof
    def __init__(self, name: _Optional[str] = ..., proof: _Optional[_Union[_factor_pb2.Proof, _Mapping]] = ...) -> None: ...

class BeginPasskeySignInRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BeginPasskeySignInResponse(_message.Message):
    __slots__ = ("challenge", "options")
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    challenge: str
    options: str
    def __init__(self, challenge: _Optional[str] = ..., options: _Optional[str] = ...) -> None: ...

class FinishPasskeySignInRequest(_message.Message):
    __slots__ = ("challenge", "credential", "organization")
    CHALLENGE_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    challenge: str
    credential: str
    organization: str
    def __init__(self, challenge: _Optional[str] = ..., credential: _Optional[str] = ..., organization: _Optional[str] = ...) -> None: ...
