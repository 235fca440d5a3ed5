import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
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

class Methodology(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METHODOLOGY_UNSPECIFIED: _ClassVar[Methodology]
    OWASP_WSTG: _ClassVar[Methodology]
    OWASP_ASVS: _ClassVar[Methodology]
METHODOLOGY_UNSPECIFIED: Methodology
OWASP_WSTG: Methodology
OWASP_ASVS: Methodology

class ChecklistItem(_message.Message):
    __slots__ = ("name", "methodology", "code", "title", "state", "assignee", "notes", "findings", "update_time", "etag")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[ChecklistItem.State]
        NOT_STARTED: _ClassVar[ChecklistItem.State]
        IN_PROGRESS: _ClassVar[ChecklistItem.State]
        DONE: _ClassVar[ChecklistItem.State]
        NOT_APPLICABLE: _ClassVar[ChecklistItem.State]
    STATE_UNSPECIFIED: ChecklistItem.State
    NOT_STARTED: ChecklistItem.State
    IN_PROGRESS: ChecklistItem.State
    DONE: ChecklistItem.State
    NOT_APPLICABLE: ChecklistItem.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    METHODOLOGY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    methodology: Methodology
    code: str
    title: str
    state: ChecklistItem.State
    assignee: str
    notes: str
    findings: _containers.RepeatedScalarFieldContainer[str]
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., methodology: _Optional[_Union[Methodology, str]] = ..., code: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[_Union[ChecklistItem.State, str]] = ..., assignee: _Optional[str] = ..., notes: _Optional[str] = ..., findings: _Optional[_Iterable[str]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class ChecklistProgress(_message.Message):
    __slots__ = ("methodologies",)
    METHODOLOGIES_FIELD_NUMBER: _ClassVar[int]
    methodologies: _containers.RepeatedCompositeFieldContainer[MethodologyProgress]
    def __init__(self, methodologies: _Optional[_Iterable[_Union[MethodologyProgress, _Mapping]]] = ...) -> None: ...

class MethodologyProgress(_message.Message):
    __slots__ = ("methodology", "not_started", "in_progress", "done", "not_applicable", "percent")
    METHODOLOGY_FIELD_NUMBER: _ClassVar[int]
    NOT_STARTED_FIELD_NUMBER: _ClassVar[int]
    IN_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    NOT_APPLICABLE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    methodology: Methodology
    not_started: int
    in_progress: int
    done: int
    not_applicable: int
    percent: int
    def __init__(self, methodology: _Optional[_Union[Methodology, str]] = ..., not_started: _Optional[int] = ..., in_progress: _Optional[int] = ..., done: _Optional[int] = ..., not_applicable: _Optional[int] = ..., percent: _Optional[int] = ...) -> None: ...

class AddChecklistRequest(_message.Message):
    __slots__ = ("parent", "methodology", "level", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    METHODOLOGY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    methodology: Methodology
    level: int
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., methodology: _Optional[_Union[Methodology, str]] = ..., level: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetChecklistItemRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListChecklistItemsRequest(_message.Message):
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

class ListChecklistItemsResponse(_message.Message):
    __slots__ = ("checklist_items", "next_page_token")
    CHECKLIST_ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    checklist_items: _containers.RepeatedCompositeFieldContainer[ChecklistItem]
    next_page_token: str
    def __init__(self, checklist_items: _Optional[_Iterable[_Union[ChecklistItem, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateChecklistItemRequest(_message.Message):
    __slots__ = ("checklist_item", "update_mask", "request_id")
    CHECKLIST_ITEM_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    checklist_item: ChecklistItem
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, checklist_item: _Optional[_Union[ChecklistItem, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListChecklistProgressRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListChecklistProgressResponse(_message.Message):
    __slots__ = ("progress", "next_page_token")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    progress: _containers.RepeatedCompositeFieldContainer[MethodologyProgress]
    next_page_token: str
    def __init__(self, progress: _Optional[_Iterable[_Union[MethodologyProgress, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
