import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from xorb.common.v1 import watch_pb2 as _watch_pb2
from xorb.core.v1 import finding_pb2 as _finding_pb2
from xorb.options.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dashboard(_message.Message):
    __slots__ = ("name", "target", "day", "open", "severities", "states", "deadlines", "risk_accepted", "waiting_for_retest", "assets", "tools", "remediation_times", "trend", "exposure")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    SEVERITIES_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    RISK_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    WAITING_FOR_RETEST_FIELD_NUMBER: _ClassVar[int]
    ASSETS_FIELD_NUMBER: _ClassVar[int]
    TOOLS_FIELD_NUMBER: _ClassVar[int]
    REMEDIATION_TIMES_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    target: str
    day: str
    open: FindingCount
    severities: _containers.RepeatedCompositeFieldContainer[SeverityCount]
    states: _containers.RepeatedCompositeFieldContainer[StateCount]
    deadlines: DeadlineCounts
    risk_accepted: FindingCount
    waiting_for_retest: FindingCount
    assets: _containers.RepeatedCompositeFieldContainer[AssetCount]
    tools: _containers.RepeatedCompositeFieldContainer[ToolCount]
    remediation_times: _containers.RepeatedCompositeFieldContainer[RemediationTime]
    trend: _containers.RepeatedCompositeFieldContainer[DashboardDay]
    exposure: float
    def __init__(self, name: _Optional[str] = ..., target: _Optional[str] = ..., day: _Optional[str] = ..., open: _Optional[_Union[FindingCount, _Mapping]] = ..., severities: _Optional[_Iterable[_Union[SeverityCount, _Mapping]]] = ..., states: _Optional[_Iterable[_Union[StateCount, _Mapping]]] = ..., deadlines: _Optional[_Union[DeadlineCounts, _Mapping]] = ..., risk_accepted: _Optional[_Union[FindingCount, _Mapping]] = ..., waiting_for_retest: _Optional[_Union[FindingCount, _Mapping]] = ..., assets: _Optional[_Iterable[_Union[AssetCount, _Mapping]]] = ..., tools: _Optional[_Iterable[_Union[ToolCount, _Mapping]]] = ..., remediation_times: _Optional[_Iterable[_Union[RemediationTime, _Mapping]]] = ..., trend: _Optional[_Iterable[_Union[DashboardDay, _Mapping]]] = ..., exposure: _Optional[float] = ...) -> None: ...

class FindingCount(_message.Message):
    __slots__ = ("count", "filter")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    count: int
    filter: str
    def __init__(self, count: _Optional[int] = ..., filter: _Optional[str] = ...) -> None: ...

class SeverityCount(_message.Message):
    __slots__ = ("severity", "findings")
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    severity: _finding_pb2.Severity
    findings: FindingCount
    def __init__(self, severity: _Optional[_Union[_finding_pb2.Severity, str]] = ..., findings: _Optional[_Union[FindingCount, _Mapping]] = ...) -> None: ...

class StateCount(_message.Message):
    __slots__ = ("state", "findings")
    STATE_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    state: _finding_pb2.Finding.State
    findings: FindingCount
    def __init__(self, state: _Optional[_Union[_finding_pb2.Finding.State, str]] = ..., findings: _Optional[_Union[FindingCount, _Mapping]] = ...) -> None: ...

class DeadlineCounts(_message.Message):
    __slots__ = ("none", "within", "near", "breached")
    NONE_FIELD_NUMBER: _ClassVar[int]
    WITHIN_FIELD_NUMBER: _ClassVar[int]
    NEAR_FIELD_NUMBER: _ClassVar[int]
    BREACHED_FIELD_NUMBER: _ClassVar[int]
    none: FindingCount
    within: FindingCount
    near: FindingCount
    breached: FindingCount
    def __init__(self, none: _Optional[_Union[FindingCount, _Mapping]] = ..., within: _Optional[_Union[FindingCount, _Mapping]] = ..., near: _Optional[_Union[FindingCount, _Mapping]] = ..., breached: _Optional[_Union[FindingCount, _Mapping]] = ...) -> None: ...

class AssetCount(_message.Message):
    __slots__ = ("asset", "findings", "severities", "weight")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    SEVERITIES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    asset: str
    findings: FindingCount
    severities: _containers.RepeatedCompositeFieldContainer[SeverityCount]
    weight: int
    def __init__(self, asset: _Optional[str] = ..., findings: _Optional[_Union[FindingCount, _Mapping]] = ..., severities: _Optional[_Iterable[_Union[SeverityCount, _Mapping]]] = ..., weight: _Optional[int] = ...) -> None: ...

class ToolCount(_message.Message):
    __slots__ = ("tool", "findings")
    TOOL_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    tool: str
    findings: FindingCount
    def __init__(self, tool: _Optional[str] = ..., findings: _Optional[_Union[FindingCount, _Mapping]] = ...) -> None: ...

class RemediationTime(_message.Message):
    __slots__ = ("days", "severity", "findings", "mean", "median")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_FIELD_NUMBER: _ClassVar[int]
    days: int
    severity: _finding_pb2.Severity
    findings: FindingCount
    mean: _duration_pb2.Duration
    median: _duration_pb2.Duration
    def __init__(self, days: _Optional[int] = ..., severity: _Optional[_Union[_finding_pb2.Severity, str]] = ..., findings: _Optional[_Union[FindingCount, _Mapping]] = ..., mean: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., median: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DashboardDay(_message.Message):
    __slots__ = ("day", "opened", "closed", "open", "open_by_severity")
    DAY_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_BY_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    day: str
    opened: int
    closed: int
    open: int
    open_by_severity: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, day: _Optional[str] = ..., opened: _Optional[int] = ..., closed: _Optional[int] = ..., open: _Optional[int] = ..., open_by_severity: _Optional[_Iterable[int]] = ...) -> None: ...

class DashboardEvent(_message.Message):
    __slots__ = ("metadata", "dashboard")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DASHBOARD_FIELD_NUMBER: _ClassVar[int]
    metadata: _watch_pb2.EventMetadata
    dashboard: Dashboard
    def __init__(self, metadata: _Optional[_Union[_watch_pb2.EventMetadata, _Mapping]] = ..., dashboard: _Optional[_Union[Dashboard, _Mapping]] = ...) -> None: ...

class GetDashboardRequest(_message.Message):
    __slots__ = ("name", "filter")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    name: str
    filter: str
    def __init__(self, name: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class WatchDashboardRequest(_message.Message):
    __slots__ = ("parent", "filter", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchDashboardResponse(_message.Message):
    __slots__ = ("event", "checkpoint", "reset", "end", "resume_token")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    event: DashboardEvent
    checkpoint: _watch_pb2.Checkpoint
    reset: _watch_pb2.Reset
    end: _status_pb2.Status
    resume_token: str
    def __init__(self, event: _Optional[_Union[DashboardEvent, _Mapping]] = ..., checkpoint: _Optional[_Union[_watch_pb2.Checkpoint, _Mapping]] = ..., reset: _Optional[_Union[_watch_pb2.Reset, _Mapping]] = ..., end: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...
