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

class NotificationChannel(_message.Message):
    __slots__ = ("name", "display_name", "webhook", "slack", "teams", "email", "jira", "github", "disabled", "ordered", "kind", "origin", "signing_secret", "previous_secret_expire_time", "verify_time", "create_time", "update_time", "etag")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[NotificationChannel.Kind]
        WEBHOOK: _ClassVar[NotificationChannel.Kind]
        SLACK: _ClassVar[NotificationChannel.Kind]
        TEAMS: _ClassVar[NotificationChannel.Kind]
        EMAIL: _ClassVar[NotificationChannel.Kind]
        JIRA: _ClassVar[NotificationChannel.Kind]
        GITHUB: _ClassVar[NotificationChannel.Kind]
    KIND_UNSPECIFIED: NotificationChannel.Kind
    WEBHOOK: NotificationChannel.Kind
    SLACK: NotificationChannel.Kind
    TEAMS: NotificationChannel.Kind
    EMAIL: NotificationChannel.Kind
    JIRA: NotificationChannel.Kind
    GITHUB: NotificationChannel.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    SLACK_FIELD_NUMBER: _ClassVar[int]
    TEAMS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    JIRA_FIELD_NUMBER: _ClassVar[int]
    GITHUB_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    SIGNING_SECRET_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SECRET_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    VERIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    webhook: WebhookEndpoint
    slack: SlackEndpoint
    teams: TeamsEndpoint
    email: EmailEndpoint
    jira: JiraEndpoint
    github: GitHubEndpoint
    disabled: bool
    ordered: bool
    kind: NotificationChannel.Kind
    origin: str
    signing_secret: str
    previous_secret_expire_time: _timestamp_pb2.Timestamp
    verify_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., webhook: _Optional[_Union[WebhookEndpoint, _Mapping]] = ..., slack: _Optional[_Union[SlackEndpoint, _Mapping]] = ..., teams: _Optional[_Union[TeamsEndpoint, _Mapping]] = ..., email: _Optional[_Union[EmailEndpoint, _Mapping]] = ..., jira: _Optional[_Union[JiraEndpoint, _Mapping]] = ..., github: _Optional[_Union[GitHubEndpoint, _Mapping]] = ..., disabled: _Optional[bool] = ..., ordered: _Optional[bool] = ..., kind: _Optional[_Union[NotificationChannel.Kind, str]] = ..., origin: _Optional[str] = ..., signing_secret: _Optional[str] = ..., previous_secret_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class WebhookEndpoint(_message.Message):
    __slots__ = ("url",)
    URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    def __init__(self, url: _Optional[str] = ...) -> None: ...

class SlackEndpoint(_message.Message):
    __slots__ = ("url",)
    URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    def __init__(self, url: _Optional[str] = ...) -> None: ...

class TeamsEndpoint(_message.Message):
    __slots__ = ("url",)
    URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    def __init__(self, url: _Optional[str] = ...) -> None: ...

class EmailEndpoint(_message.Message):
    __slots__ = ("recipients",)
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    recipients: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, recipients: _Optional[_Iterable[str]] = ...) -> None: ...

class JiraEndpoint(_message.Message):
    __slots__ = ("url", "project", "issue_type", "version", "account", "token", "close_transition", "reopen_transition", "webhook_secret")
    class Version(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERSION_UNSPECIFIED: _ClassVar[JiraEndpoint.Version]
        V2: _ClassVar[JiraEndpoint.Version]
        V3: _ClassVar[JiraEndpoint.Version]
    VERSION_UNSPECIFIED: JiraEndpoint.Version
    V2: JiraEndpoint.Version
    V3: JiraEndpoint.Version
    URL_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    ISSUE_TYPE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TRANSITION_FIELD_NUMBER: _ClassVar[int]
    REOPEN_TRANSITION_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_SECRET_FIELD_NUMBER: _ClassVar[int]
    url: str
    project: str
    issue_type: str
    version: JiraEndpoint.Version
    account: str
    token: str
    close_transition: str
    reopen_transition: str
    webhook_secret: str
    def __init__(self, url: _Optional[str] = ..., project: _Optional[str] = ..., issue_type: _Optional[str] = ..., version: _Optional[_Union[JiraEndpoint.Version, str]] = ..., account: _Optional[str] = ..., token: _Optional[str] = ..., close_transition: _Optional[str] = ..., reopen_transition: _Optional[str] = ..., webhook_secret: _Optional[str] = ...) -> None: ...

class GitHubEndpoint(_message.Message):
    __slots__ = ("repository", "url", "token", "labels", "webhook_secret")
    REPOSITORY_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_SECRET_FIELD_NUMBER: _ClassVar[int]
    repository: str
    url: str
    token: str
    labels: _containers.RepeatedScalarFieldContainer[str]
    webhook_secret: str
    def __init__(self, repository: _Optional[str] = ..., url: _Optional[str] = ..., token: _Optional[str] = ..., labels: _Optional[_Iterable[str]] = ..., webhook_secret: _Optional[str] = ...) -> None: ...

class CreateNotificationChannelRequest(_message.Message):
    __slots__ = ("parent", "notification_channel", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    notification_channel: NotificationChannel
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., notification_channel: _Optional[_Union[NotificationChannel, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetNotificationChannelRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListNotificationChannelsRequest(_message.Message):
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

class ListNotificationChannelsResponse(_message.Message):
    __slots__ = ("notification_channels", "next_page_token")
    NOTIFICATION_CHANNELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    notification_channels: _containers.RepeatedCompositeFieldContainer[NotificationChannel]
    next_page_token: str
    def __init__(self, notification_channels: _Optional[_Iterable[_Union[NotificationChannel, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateNotificationChannelRequest(_message.Message):
    __slots__ = ("notification_channel", "update_mask", "request_id")
    NOTIFICATION_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    notification_channel: NotificationChannel
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, notification_channel: _Optional[_Union[NotificationChannel, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteNotificationChannelRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateSigningSecretRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendTestNotificationRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendTestNotificationResponse(_message.Message):
    __slots__ = ("notification_delivery",)
    NOTIFICATION_DELIVERY_FIELD_NUMBER: _ClassVar[int]
    notification_delivery: str
    def __init__(self, notification_delivery: _Optional[str] = ...) -> None: ...
