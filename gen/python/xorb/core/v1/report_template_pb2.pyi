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

class ReportTemplate(_message.Message):
    __slots__ = ("name", "display_name", "version", "sections", "filter", "author", "classification", "introduction", "methodology", "scope", "attestation", "omits_evidence", "accent_color", "logo", "typst_markup", "create_time", "update_time", "etag")
    class Section(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SECTION_UNSPECIFIED: _ClassVar[ReportTemplate.Section]
        EXECUTIVE_SUMMARY: _ClassVar[ReportTemplate.Section]
        METHODOLOGY: _ClassVar[ReportTemplate.Section]
        SCOPE: _ClassVar[ReportTemplate.Section]
        FINDINGS: _ClassVar[ReportTemplate.Section]
        ATTESTATION: _ClassVar[ReportTemplate.Section]
    SECTION_UNSPECIFIED: ReportTemplate.Section
    EXECUTIVE_SUMMARY: ReportTemplate.Section
    METHODOLOGY: ReportTemplate.Section
    SCOPE: ReportTemplate.Section
    FINDINGS: ReportTemplate.Section
    ATTESTATION: ReportTemplate.Section
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CLASSIFICATION_FIELD_NUMBER: _ClassVar[int]
    INTRODUCTION_FIELD_NUMBER: _ClassVar[int]
    METHODOLOGY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    ATTESTATION_FIELD_NUMBER: _ClassVar[int]
    OMITS_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ACCENT_COLOR_FIELD_NUMBER: _ClassVar[int]
    LOGO_FIELD_NUMBER: _ClassVar[int]
    TYPST_MARKUP_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    version: int
    sections: _containers.RepeatedScalarFieldContainer[ReportTemplate.Section]
    filter: str
    author: str
    classification: str
    introduction: str
    methodology: str
    scope: str
    attestation: str
    omits_evidence: bool
    accent_color: str
    logo: bytes
    typst_markup: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., version: _Optional[int] = ..., sections: _Optional[_Iterable[_Union[ReportTemplate.Section, str]]] = ..., filter: _Optional[str] = ..., author: _Optional[str] = ..., classification: _Optional[str] = ..., introduction: _Optional[str] = ..., methodology: _Optional[str] = ..., scope: _Optional[str] = ..., attestation: _Optional[str] = ..., omits_evidence: _Optional[bool] = ..., accent_color: _Optional[str] = ..., logo: _Optional[bytes] = ..., typst_markup: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class CreateReportTemplateRequest(_message.Message):
    __slots__ = ("parent", "report_template", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REPORT_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    report_template: ReportTemplate
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., report_template: _Optional[_Union[ReportTemplate, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetReportTemplateRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListReportTemplatesRequest(_message.Message):
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

class ListReportTemplatesResponse(_message.Message):
    __slots__ = ("report_templates", "next_page_token")
    REPORT_TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    report_templates: _containers.RepeatedCompositeFieldContainer[ReportTemplate]
    next_page_token: str
    def __init__(self, report_templates: _Optional[_Iterable[_Union[ReportTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateReportTemplateRequest(_message.Message):
    __slots__ = ("report_template", "update_mask", "request_id")
    REPORT_TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    report_template: ReportTemplate
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, report_template: _Optional[_Union[ReportTemplate, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteReportTemplateRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListReportTemplateVersionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReportTemplateVersionsResponse(_message.Message):
    __slots__ = ("report_templates", "next_page_token")
    REPORT_TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    report_templates: _containers.RepeatedCompositeFieldContainer[ReportTemplate]
    next_page_token: str
    def __init__(self, report_templates: _Optional[_Iterable[_Union[ReportTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
