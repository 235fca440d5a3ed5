"""Channels on the wire."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from xorb.core.v1 import notification_channel_pb2 as pb

from services.core.notifications.channels.domain import INBOUND, TOKEN, TRACKERS, URL, Channel, Kind
from services.mesh import etags, names, texts
from services.mesh.errors import invalid_field
from services.mesh.events.model import Event

PATTERN = "organizations/{organization}/notificationChannels/{notification_channel}"
ENDPOINTS = frozenset(kind.name.lower() for kind in Kind)
"""The contract's fields for endpoints, which are the kinds' names."""
_VERSIONS = pb.JiraEndpoint.Version
_TEXTS = ("project", "issue_type", "account", "close_transition", "reopen_transition")


def identifier(name: str) -> UUID:
    """Returns the channel that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def name(organization: UUID, channel: UUID) -> str:
    """Returns a channel's resource name."""
    return names.join("organizations", organization, "notificationChannels", channel)


def etag(channel: Channel) -> str:
    """Returns a channel's etag."""
    return etags.etag(channel.id, channel.revision)


def message(organization: UUID, channel: Channel, signing_secret: str = "") -> pb.NotificationChannel:
    """Returns a channel as the contract has it, without secrets but one that was just made."""
    return pb.NotificationChannel(
        name=name(organization, channel.id),
        display_name=channel.display_name,
        disabled=channel.disabled,
        ordered=channel.ordered,
        kind=channel.kind.name,
        origin=channel.origin,
        signing_secret=signing_secret,
        previous_secret_expire_time=channel.previous_until,
        verify_time=channel.verified_at,
        create_time=channel.created_at,
        update_time=channel.updated_at,
        etag=etag(channel),
        **{channel.kind.name.lower(): _ENDPOINTS[channel.kind](channel)},  # type: ignore[arg-type]  # its kind's type
    )


def kind(given: pb.NotificationChannel) -> Kind:
    """Returns of what kind a channel to create is.

    Raises:
        Failure: INVALID_FIELD; it leads nowhere.
    """
    field = given.WhichOneof("endpoint")
    if field is None:
        raise invalid_field("notification_channel", f"give one of {', '.join(sorted(ENDPOINTS))}")
    return Kind[field.upper()]


def settings(kind: Kind, given: pb.NotificationChannel) -> dict[str, str | tuple[str, ...]]:
    """Returns what of an endpoint is no secret."""
    if kind is Kind.EMAIL:
        return {"recipients": tuple(given.email.recipients)}
    if kind is Kind.GITHUB:
        github = given.github
        labels = tuple(filter(None, map(texts.one_line, github.labels)))
        return {"repository": github.repository.strip(), "url": github.url.strip(), "labels": labels}
    if kind is Kind.JIRA:
        jira = given.jira
        version = _VERSIONS.Name(jira.version) if jira.version else ""
        return {
            **{name: texts.one_line(getattr(jira, name)) for name in _TEXTS},
            "url": jira.url.strip(),
            "version": version,
        }
    return {}


def secrets(kind: Kind, given: pb.NotificationChannel) -> dict[str, str]:
    """Returns the secret parts of an endpoint, as far as they are sent."""
    endpoint: Any = getattr(given, kind.name.lower())
    if kind is Kind.EMAIL:
        return {}
    fields = {TOKEN: "token", INBOUND: "webhook_secret"} if kind in TRACKERS else {URL: "url"}
    sent = {part: str(getattr(endpoint, field)).strip() for part, field in fields.items()}
    return {part: value for part, value in sent.items() if value}


def changed(verb: str, shown: pb.NotificationChannel) -> Event:
    """Returns the event of a change, with the channel after it; never with a secret."""
    snapshot = pb.NotificationChannel()
    snapshot.CopyFrom(shown)
    snapshot.ClearField("signing_secret")
    summary = f"Notification channel {shown.display_name or shown.origin} was {verb.replace('_', ' ')}"
    kind = snapshot.DESCRIPTOR.full_name
    return Event(f"notification_channel.{verb}", shown.name, summary, snapshot.SerializeToString(), kind)


def _jira(channel: Channel) -> Message:
    return pb.JiraEndpoint(
        url=channel.text("url"), version=channel.text("version"), **{field: channel.text(field) for field in _TEXTS}
    )


def _github(channel: Channel) -> Message:
    return pb.GitHubEndpoint(
        repository=channel.text("repository"), url=channel.text("url"), labels=channel.texts("labels")
    )


_ENDPOINTS: Mapping[Kind, Callable[[Channel], Message]] = MappingProxyType(
    {
        Kind.WEBHOOK: lambda _: pb.WebhookEndpoint(),
        Kind.SLACK: lambda _: pb.SlackEndpoint(),
        Kind.TEAMS: lambda _: pb.TeamsEndpoint(),
        Kind.EMAIL: lambda channel: pb.EmailEndpoint(recipients=channel.texts("recipients")),
        Kind.JIRA: _jira,
        Kind.GITHUB: _github,
    }
)
