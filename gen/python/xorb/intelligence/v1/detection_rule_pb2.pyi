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

class DetectionRule(_message.Message):
    __slots__ = ("name", "text", "disabled", "kind", "rule_id", "title", "level", "status", "product", "category", "service", "tags", "path", "version", "create_time", "update_time", "etag")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[DetectionRule.Kind]
        RULE: _ClassVar[DetectionRule.Kind]
        FILTER: _ClassVar[DetectionRule.Kind]
        CORRELATION: _ClassVar[DetectionRule.Kind]
    KIND_UNSPECIFIED: DetectionRule.Kind
    RULE: DetectionRule.Kind
    FILTER: DetectionRule.Kind
    CORRELATION: DetectionRule.Kind
    class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LEVEL_UNSPECIFIED: _ClassVar[DetectionRule.Level]
        INFORMATIONAL: _ClassVar[DetectionRule.Level]
        LOW: _ClassVar[DetectionRule.Level]
        MEDIUM: _ClassVar[DetectionRule.Level]
        HIGH: _ClassVar[DetectionRule.Level]
        CRITICAL: _ClassVar[DetectionRule.Level]
    LEVEL_UNSPECIFIED: DetectionRule.Level
    INFORMATIONAL: DetectionRule.Level
    LOW: DetectionRule.Level
    MEDIUM: DetectionRule.Level
    HIGH: DetectionRule.Level
    CRITICAL: DetectionRule.Level
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    disabled: bool
    kind: DetectionRule.Kind
    rule_id: str
    title: str
    level: DetectionRule.Level
    status: str
    product: str
    category: str
    service: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    path: str
    version: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., disabled: _Optional[bool] = ..., kind: _Optional[_Union[DetectionRule.Kind, str]] = ..., rule_id: _Optional[str] = ..., title: _Optional[str] = ..., level: _Optional[_Union[DetectionRule.Level, str]] = ..., status: _Optional[str] = ..., product: _Optional[str] = ..., category: _Optional[str] = ..., service: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., path: _Optional[str] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class DetectionRuleVersion(_message.Message):
    __slots__ = ("name", "text", "editor", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EDITOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    editor: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., editor: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DetectionRuleFile(_message.Message):
    __slots__ = ("path", "text")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    path: str
    text: str
    def __init__(self, path: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class CreateDetectionRuleRequest(_message.Message):
    __slots__ = ("parent", "detection_rule", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    DETECTION_RULE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    detection_rule: DetectionRule
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., detection_rule: _Optional[_Union[DetectionRule, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ImportDetectionRulesRequest(_message.Message):
    __slots__ = ("parent", "files", "disabled", "validate_only", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    files: _containers.RepeatedCompositeFieldContainer[DetectionRuleFile]
    disabled: bool
    validate_only: bool
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., files: _Optional[_Iterable[_Union[DetectionRuleFile, _Mapping]]] = ..., disabled: _Optional[bool] = ..., validate_only: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class ImportDetectionRulesResponse(_message.Message):
    __slots__ = ("created_count", "updated_count", "unchanged_count", "refusals")
    class Refusal(_message.Message):
        __slots__ = ("path", "rule_id", "reason")
        PATH_FIELD_NUMBER: _ClassVar[int]
        RULE_ID_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        path: str
        rule_id: str
        reason: str
        def __init__(self, path: _Optional[str] = ..., rule_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    created_count: int
    updated_count: int
    unchanged_count: int
    refusals: _containers.RepeatedCompositeFieldContainer[ImportDetectionRulesResponse.Refusal]
    def __init__(self, created_count: _Optional[int] = ..., updated_count: _Optional[int] = ..., unchanged_count: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[ImportDetectionRulesResponse.Refusal, _Mapping]]] = ...) -> None: ...

class GetDetectionRuleRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListDetectionRulesRequest(_message.Message):
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

class ListDetectionRulesResponse(_message.Message):
    __slots__ = ("detection_rules", "next_page_token")
    DETECTION_RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    detection_rules: _containers.RepeatedCompositeFieldContainer[DetectionRule]
    next_page_token: str
    def __init__(self, detection_rules: _Optional[_Iterable[_Union[DetectionRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateDetectionRuleRequest(_message.Message):
    __slots__ = ("detection_rule", "update_mask", "request_id")
    DETECTION_RULE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    detection_rule: DetectionRule
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, detection_rule: _Optional[_Union[DetectionRule, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteDetectionRuleRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListDetectionRuleVersionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDetectionRuleVersionsResponse(_message.Message):
    __slots__ = ("detection_rule_versions", "next_page_token")
    DETECTION_RULE_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    detection_rule_versions: _containers.RepeatedCompositeFieldContainer[DetectionRuleVersion]
    next_page_token: str
    def __init__(self, detection_rule_versions: _Optional[_Iterable[_Union[DetectionRuleVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TestDetectionRulesRequest(_message.Message):
    __slots__ = ("parent", "text", "detection_rules", "events", "product", "category", "service", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DETECTION_RULES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    text: str
    detection_rules: _containers.RepeatedScalarFieldContainer[str]
    events: _containers.RepeatedScalarFieldContainer[str]
    product: str
    category: str
    service: str
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., text: _Optional[str] = ..., detection_rules: _Optional[_Iterable[str]] = ..., events: _Optional[_Iterable[str]] = ..., product: _Optional[str] = ..., category: _Optional[str] = ..., service: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class TestDetectionRulesResponse(_message.Message):
    __slots__ = ("matches",)
    class Reason(_message.Message):
        __slots__ = ("selection", "field", "test", "value", "negated")
        SELECTION_FIELD_NUMBER: _ClassVar[int]
        FIELD_FIELD_NUMBER: _ClassVar[int]
        TEST_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        NEGATED_FIELD_NUMBER: _ClassVar[int]
        selection: str
        field: str
        test: str
        value: str
        negated: bool
        def __init__(self, selection: _Optional[str] = ..., field: _Optional[str] = ..., test: _Optional[str] = ..., value: _Optional[str] = ..., negated: _Optional[bool] = ...) -> None: ...
    class Match(_message.Message):
        __slots__ = ("event", "detection_rule", "rule_id", "title", "level", "reasons")
        EVENT_FIELD_NUMBER: _ClassVar[int]
        DETECTION_RULE_FIELD_NUMBER: _ClassVar[int]
        RULE_ID_FIELD_NUMBER: _ClassVar[int]
        TITLE_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        REASONS_FIELD_NUMBER: _ClassVar[int]
        event: int
        detection_rule: str
        rule_id: str
        title: str
        level: DetectionRule.Level
        reasons: _containers.RepeatedCompositeFieldContainer[TestDetectionRulesResponse.Reason]
        def __init__(self, event: _Optional[int] = ..., detection_rule: _Optional[str] = ..., rule_id: _Optional[str] = ..., title: _Optional[str] = ..., level: _Optional[_Union[DetectionRule.Level, str]] = ..., reasons: _Optional[_Iterable[_Union[TestDetectionRulesResponse.Reason, _Mapping]]] = ...) -> None: ...
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[TestDetectionRulesResponse.Match]
    def __init__(self, matches: _Optional[_Iterable[_Union[TestDetectionRulesResponse.Match, _Mapping]]] = ...) -> None: ...
