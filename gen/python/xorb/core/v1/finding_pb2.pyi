import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from xorb.common.v1 import watch_pb2 as _watch_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    INFO: _ClassVar[Severity]
    LOW: _ClassVar[Severity]
    MEDIUM: _ClassVar[Severity]
    HIGH: _ClassVar[Severity]
    CRITICAL: _ClassVar[Severity]
SEVERITY_UNSPECIFIED: Severity
INFO: Severity
LOW: Severity
MEDIUM: Severity
HIGH: Severity
CRITICAL: Severity

class Finding(_message.Message):
    __slots__ = ("name", "title", "description", "severity", "cvss_vector", "cvss_score", "cwes", "cves", "check", "target", "asset", "location", "evidence", "remediation", "references", "state", "dismissal_reason", "sighting_count", "scan", "first_seen_time", "last_seen_time", "update_time", "etag", "duplicate_of", "assignee", "due_time", "breached", "tool")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Finding.State]
        OPEN: _ClassVar[Finding.State]
        TRIAGED: _ClassVar[Finding.State]
        RESOLVED: _ClassVar[Finding.State]
        DISMISSED: _ClassVar[Finding.State]
        IN_REMEDIATION: _ClassVar[Finding.State]
        READY_FOR_RETEST: _ClassVar[Finding.State]
        RISK_ACCEPTED: _ClassVar[Finding.State]
        DUPLICATE: _ClassVar[Finding.State]
    STATE_UNSPECIFIED: Finding.State
    OPEN: Finding.State
    TRIAGED: Finding.State
    RESOLVED: Finding.State
    DISMISSED: Finding.State
    IN_REMEDIATION: Finding.State
    READY_FOR_RETEST: Finding.State
    RISK_ACCEPTED: Finding.State
    DUPLICATE: Finding.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CVSS_VECTOR_FIELD_NUMBER: _ClassVar[int]
    CVSS_SCORE_FIELD_NUMBER: _ClassVar[int]
    CWES_FIELD_NUMBER: _ClassVar[int]
    CVES_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    REMEDIATION_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DISMISSAL_REASON_FIELD_NUMBER: _ClassVar[int]
    SIGHTING_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    BREACHED_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    description: str
    severity: Severity
    cvss_vector: str
    cvss_score: float
    cwes: _containers.RepeatedScalarFieldContainer[int]
    cves: _containers.RepeatedScalarFieldContainer[str]
    check: str
    target: str
    asset: str
    location: str
    evidence: str
    remediation: str
    references: _containers.RepeatedScalarFieldContainer[str]
    state: Finding.State
    dismissal_reason: str
    sighting_count: int
    scan: str
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    duplicate_of: str
    assignee: str
    due_time: _timestamp_pb2.Timestamp
    breached: bool
    tool: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., cvss_vector: _Optional[str] = ..., cvss_score: _Optional[float] = ..., cwes: _Optional[_Iterable[int]] = ..., cves: _Optional[_Iterable[str]] = ..., check: _Optional[str] = ..., target: _Optional[str] = ..., asset: _Optional[str] = ..., location: _Optional[str] = ..., evidence: _Optional[str] = ..., remediation: _Optional[str] = ..., references: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[Finding.State, str]] = ..., dismissal_reason: _Optional[str] = ..., sighting_count: _Optional[int] = ..., scan: _Optional[str] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., duplicate_of: _Optional[str] = ..., assignee: _Optional[str] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., breached: _Optional[bool] = ..., tool: _Optional[str] = ..., **kwargs) -> None: ...

class Sighting(_message.Message):
    __slots__ = ("name", "scan", "executor", "evidence", "time", "tool", "tool_version", "tool_severity", "severity", "tool_finding_id", "check", "location", "match_explanation")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    TOOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOOL_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TOOL_FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    MATCH_EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    name: str
    scan: str
    executor: str
    evidence: str
    time: _timestamp_pb2.Timestamp
    tool: str
    tool_version: str
    tool_severity: str
    severity: Severity
    tool_finding_id: str
    check: str
    location: str
    match_explanation: MatchExplanation
    def __init__(self, name: _Optional[str] = ..., scan: _Optional[str] = ..., executor: _Optional[str] = ..., evidence: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tool: _Optional[str] = ..., tool_version: _Optional[str] = ..., tool_severity: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., tool_finding_id: _Optional[str] = ..., check: _Optional[str] = ..., location: _Optional[str] = ..., match_explanation: _Optional[_Union[MatchExplanation, _Mapping]] = ..., **kwargs) -> None: ...

class MatchExplanation(_message.Message):
    __slots__ = ("summary", "matches")
    class Key(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KEY_UNSPECIFIED: _ClassVar[MatchExplanation.Key]
        RULE: _ClassVar[MatchExplanation.Key]
        CVE: _ClassVar[MatchExplanation.Key]
        WEAKNESS: _ClassVar[MatchExplanation.Key]
        CWE: _ClassVar[MatchExplanation.Key]
    KEY_UNSPECIFIED: MatchExplanation.Key
    RULE: MatchExplanation.Key
    CVE: MatchExplanation.Key
    WEAKNESS: MatchExplanation.Key
    CWE: MatchExplanation.Key
    class Match(_message.Message):
        __slots__ = ("key", "fields", "sighting")
        class FieldsEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: str
            value: str
            def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
        KEY_FIELD_NUMBER: _ClassVar[int]
        FIELDS_FIELD_NUMBER: _ClassVar[int]
        SIGHTING_FIELD_NUMBER: _ClassVar[int]
        key: MatchExplanation.Key
        fields: _containers.ScalarMap[str, str]
        sighting: str
        def __init__(self, key: _Optional[_Union[MatchExplanation.Key, str]] = ..., fields: _Optional[_Mapping[str, str]] = ..., sighting: _Optional[str] = ...) -> None: ...
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    summary: str
    matches: _containers.RepeatedCompositeFieldContainer[MatchExplanation.Match]
    def __init__(self, summary: _Optional[str] = ..., matches: _Optional[_Iterable[_Union[MatchExplanation.Match, _Mapping]]] = ...) -> None: ...

class FindingEvent(_message.Message):
    __slots__ = ("metadata", "finding")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    finding: Finding
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class GetFindingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListFindingsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "filter", "order_by", "query")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    filter: str
    order_by: str
    query: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ..., query: _Optional[str] = ...) -> None: ...

class ListFindingsResponse(_message.Message):
    __slots__ = ("findings", "next_page_token")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    next_page_token: str
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateFindingRequest(_message.Message):
    __slots__ = ("finding", "update_mask", "request_id")
    FINDING_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class TriageFindingRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResolveFindingRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DismissFindingRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReopenFindingRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartRemediationRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class MarkDuplicateRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "duplicate_of")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    duplicate_of: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., duplicate_of: _Optional[str] = ...) -> None: ...

class MergeFindingsRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "duplicates")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    duplicates: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., duplicates: _Optional[_Iterable[str]] = ...) -> None: ...

class SplitFindingRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "sightings")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    sightings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., sightings: _Optional[_Iterable[str]] = ...) -> None: ...

class SplitFindingResponse(_message.Message):
    __slots__ = ("finding", "split")
    FINDING_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    split: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ..., split: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class ListSightingsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSightingsResponse(_message.Message):
    __slots__ = ("sightings", "next_page_token")
    SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sightings: _containers.RepeatedCompositeFieldContainer[Sighting]
    next_page_token: str
    def __init__(self, sightings: _Optional[_Iterable[_Union[Sighting, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchFindingsRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchFindingsResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: FindingEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[FindingEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class SightingReport(_message.Message):
    __slots__ = ("sighting_id", "executor", "time", "finding", "tool", "tool_version", "tool_severity", "tool_finding_id", "aliases", "place", "part")
    SIGHTING_ID_FIELD_NUMBER: _ClassVar[int]
    EXECUTOR_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    TOOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOOL_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TOOL_FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    sighting_id: str
    executor: str
    time: _timestamp_pb2.Timestamp
    finding: Finding
    tool: str
    tool_version: str
    tool_severity: str
    tool_finding_id: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    place: str
    part: str
    def __init__(self, sighting_id: _Optional[str] = ..., executor: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finding: _Optional[_Union[Finding, _Mapping]] = ..., tool: _Optional[str] = ..., tool_version: _Optional[str] = ..., tool_severity: _Optional[str] = ..., tool_finding_id: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., place: _Optional[str] = ..., part: _Optional[str] = ...) -> None: ...

class RecordSightingsRequest(_message.Message):
    __slots__ = ("parent", "scan", "sightings", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    scan: str
    sightings: _containers.RepeatedCompositeFieldContainer[SightingReport]
    source: str
    def __init__(self, parent: _Optional[str] = ..., scan: _Optional[str] = ..., sightings: _Optional[_Iterable[_Union[SightingReport, _Mapping]]] = ..., source: _Optional[str] = ..., **kwargs) -> None: ...

class RecordSightingsResponse(_message.Message):
    __slots__ = ("created_count", "seen_again_count", "repeated_count", "scan_finding_count", "reopened_count", "merged_count")
    CREATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEEN_AGAIN_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPEATED_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCAN_FINDING_COUNT_FIELD_NUMBER: _ClassVar[int]
    REOPENED_COUNT_FIELD_NUMBER: _ClassVar[int]
    MERGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    created_count: int
    seen_again_count: int
    repeated_count: int
    scan_finding_count: int
    reopened_count: int
    merged_count: int
    def __init__(self, created_count: _Optional[int] = ..., seen_again_count: _Optional[int] = ..., repeated_count: _Optional[int] = ..., scan_finding_count: _Optional[int] = ..., reopened_count: _Optional[int] = ..., merged_count: _Optional[int] = ...) -> None: ...

class CompareSourceRequest(_message.Message):
    __slots__ = ("parent", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ..., **kwargs) -> None: ...

class CompareSourceResponse(_message.Message):
    __slots__ = ("new_count", "seen_again_count", "gone_count")
    NEW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEEN_AGAIN_COUNT_FIELD_NUMBER: _ClassVar[int]
    GONE_COUNT_FIELD_NUMBER: _ClassVar[int]
    new_count: int
    seen_again_count: int
    gone_count: int
    def __init__(self, new_count: _Optional[int] = ..., seen_again_count: _Optional[int] = ..., gone_count: _Optional[int] = ...) -> None: ...

class ResolveGoneRequest(_message.Message):
    __slots__ = ("parent", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ..., **kwargs) -> None: ...

class ResolveGoneResponse(_message.Message):
    __slots__ = ("resolved_count", "done")
    RESOLVED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    resolved_count: int
    done: bool
    def __init__(self, resolved_count: _Optional[int] = ..., done: _Optional[bool] = ...) -> None: ...
