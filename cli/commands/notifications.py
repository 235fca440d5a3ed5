"""`xorb notification`: by which ways the organization is told what happens, of what, and what became of it."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import finding_pb2
from xorb.core.v1 import notification_channel_pb2 as channel_pb2
from xorb.core.v1 import notification_delivery_pb2 as delivery_pb2
from xorb.core.v1 import notification_rule_pb2 as rule_pb2
from xorb.core.v1.notification_channel_pb2_grpc import NotificationChannelsServiceStub
from xorb.core.v1.notification_delivery_pb2_grpc import NotificationDeliveriesServiceStub
from xorb.core.v1.notification_rule_pb2_grpc import NotificationRulesServiceStub

from cli import asking, context, names
from cli import notifications as shown
from cli.context import OutputOption
from cli.errors import CliError
from cli.session import Session

app = typer.Typer(help="Tells people and programs what happens.", no_args_is_help=True)
channels = typer.Typer(help="The ways: webhooks, Slack, Teams, e-mail, Jira, GitHub.", no_args_is_help=True)
rules = typer.Typer(help="Of what is told, by which channels, and when.", no_args_is_help=True)
app.add_typer(channels, name="channels")
app.add_typer(rules, name="rules")

_WITH_URL = ("webhook", "slack", "teams")
NameOption = Annotated[str, typer.Option(help="What people call it.")]
ChannelArgument = Annotated[str, typer.Argument(help="What the channel is called, or its id.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


@channels.command("list")
def list_channels(call: typer.Context, output: OutputOption = None) -> None:
    """Lists channels."""
    shared = context.of(call)
    empty = "There is no channel. `xorb notification channels create` makes one."
    shared.printer(output).many(_channels(shared.session), shown.CHANNELS, empty)


@channels.command("create")
def create_channel(
    call: typer.Context,
    *,
    kind: Annotated[str, typer.Argument(help="webhook, slack, teams, email, jira or github.")],
    to: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses for email; URL and project for jira, owner/name for github; else nothing."),
    ] = None,
    name: NameOption = "",
    account: Annotated[str, typer.Option(help="Whose API token it is, for Jira Cloud.")] = "",
    ordered: Annotated[bool, typer.Option("--ordered", help="Each delivery waits for those before it.")] = False,
    output: OutputOption = None,
) -> None:
    """Creates a channel. A URL to send to or a token is a secret: it is read from stdin."""
    shared = context.of(call)
    made = channel_pb2.NotificationChannel(display_name=name, ordered=ordered, **_endpoint(kind, to or [], account))  # type: ignore[arg-type]  # its kind's type
    request = channel_pb2.CreateNotificationChannelRequest(
        parent=shared.session.organization, notification_channel=made, request_id=context.request_id()
    )
    created = shared.session.call(_channel_stub(shared.session).CreateNotificationChannel, request)
    shared.printer(output).one(created, shown.CHANNEL)
    if created.signing_secret:
        shared.printer(output).remark("Keep the secret: it isn't shown again.")


@channels.command("test")
def test_channel(call: typer.Context, channel: ChannelArgument) -> None:
    """Sends a test."""
    shared = context.of(call)
    request = channel_pb2.SendTestNotificationRequest(
        name=_channel(shared.session, channel), request_id=context.request_id()
    )
    sent = shared.session.call(_channel_stub(shared.session).SendTestNotification, request)
    shared.printer(None).line(f"Sent as {sent.notification_delivery}", sent)


@channels.command("rotate-secret")
def rotate_secret(call: typer.Context, channel: ChannelArgument, output: OutputOption = None) -> None:
    """Gives a webhook another secret; the one before is good for another day."""
    shared = context.of(call)
    request = channel_pb2.RotateSigningSecretRequest(
        name=_channel(shared.session, channel), request_id=context.request_id()
    )
    shared.printer(output).one(
        shared.session.call(_channel_stub(shared.session).RotateSigningSecret, request), shown.CHANNEL
    )


@channels.command("enable")
def enable_channel(call: typer.Context, channel: ChannelArgument, output: OutputOption = None) -> None:
    """Sends by a channel again."""
    _switch(call, channel, output, disabled=False)


@channels.command("disable")
def disable_channel(call: typer.Context, channel: ChannelArgument, output: OutputOption = None) -> None:
    """Sends nothing by a channel for now."""
    _switch(call, channel, output, disabled=True)


@channels.command("delete")
def delete_channel(call: typer.Context, channel: ChannelArgument, yes: YesOption = False) -> None:
    """Deletes a channel with all its deliveries."""
    session = context.of(call).session
    name = _channel(session, channel)
    if not yes:
        typer.confirm(f"Delete {channel}?", abort=True)
    request = channel_pb2.DeleteNotificationChannelRequest(name=name, request_id=context.request_id())
    session.call(_channel_stub(session).DeleteNotificationChannel, request)


@rules.command("list")
def list_rules(call: typer.Context, output: OutputOption = None) -> None:
    """Lists rules."""
    shared = context.of(call)
    empty = "There is no rule. `xorb notification rules create` makes one."
    shared.printer(output).many(_rules(shared.session), shown.RULES, empty)


@rules.command("create")
def create_rule(
    call: typer.Context,
    *,
    channel: Annotated[list[str], typer.Argument(help="By which channels to tell.")],
    event: Annotated[list[str], typer.Option("--event", help="A type of events, such as finding.* or scan.failed.")],
    name: NameOption = "",
    severity: Annotated[str, typer.Option(help="The least severity: info, low, medium, high or critical.")] = "",
    state: Annotated[list[str] | None, typer.Option("--state", help="A state of the resource, such as open.")] = None,
    filter_: Annotated[str, typer.Option("--filter", help="What else must hold (AIP-160).")] = "",
    digest: Annotated[str, typer.Option(help="hourly, daily or weekly; at once where it isn't given.")] = "",
    time_zone: Annotated[str, typer.Option(help="Of the hour, such as Europe/Berlin.")] = "",
    hour: Annotated[int, typer.Option(help="The hour of a daily or weekly digest.")] = 0,
    output: OutputOption = None,
) -> None:
    """Creates a rule."""
    shared = context.of(call)
    made = rule_pb2.NotificationRule(
        display_name=name,
        event_types=event,
        minimum_severity=_value(severity, finding_pb2.Severity.keys()),
        states=[one.upper() for one in state or []],
        filter=filter_,
        channels=[_channel(shared.session, one) for one in channel],
        frequency=_value(digest, rule_pb2.NotificationRule.Frequency.keys()),
        time_zone=time_zone,
        hour=hour,
    )
    request = rule_pb2.CreateNotificationRuleRequest(
        parent=shared.session.organization, notification_rule=made, request_id=context.request_id()
    )
    shared.printer(output).one(
        shared.session.call(_rule_stub(shared.session).CreateNotificationRule, request), shown.RULE
    )


@rules.command("delete")
def delete_rule(
    call: typer.Context,
    rule: Annotated[str, typer.Argument(help="What the rule is called, or its id.")],
    yes: YesOption = False,
) -> None:
    """Deletes a rule."""
    session = context.of(call).session
    parent = session.organization
    name = names.resolve(rule, parent, "notificationRules", lambda: _rules(session), lambda one: (one.display_name,))
    if not yes:
        typer.confirm(f"Delete {rule}?", abort=True)
    request = rule_pb2.DeleteNotificationRuleRequest(name=name, request_id=context.request_id())
    session.call(_rule_stub(session).DeleteNotificationRule, request)


@app.command()
def deliveries(
    call: typer.Context,
    *,
    filter_: Annotated[str, typer.Option("--filter", help="Which, such as `state = DEAD` (AIP-160).")] = "",
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Lists what was sent and what is to be sent, the latest first."""
    shared = context.of(call)
    request = delivery_pb2.ListNotificationDeliveriesRequest(parent=shared.session.organization, filter=filter_)
    stub = shared.session.stub(NotificationDeliveriesServiceStub)
    found = shared.session.pages(stub.ListNotificationDeliveries, request, "notification_deliveries", limit)
    shared.printer(output).many(found, shown.DELIVERIES, "Nothing was sent.")


@app.command()
def retry(
    call: typer.Context, delivery: Annotated[str, typer.Argument(help="Its id.")], output: OutputOption = None
) -> None:
    """Sends once more what was given up, or delivered."""
    shared = context.of(call)
    session = shared.session
    stub = session.stub(NotificationDeliveriesServiceStub)

    def listed() -> Iterator[delivery_pb2.NotificationDelivery]:
        request = delivery_pb2.ListNotificationDeliveriesRequest(parent=session.organization)
        return session.pages(stub.ListNotificationDeliveries, request, "notification_deliveries")

    name = names.resolve(delivery, session.organization, "notificationDeliveries", listed)
    request = delivery_pb2.RetryNotificationDeliveryRequest(name=name, request_id=context.request_id())
    shared.printer(output).one(session.call(stub.RetryNotificationDelivery, request), shown.DELIVERIES)


def _endpoint(kind: str, to: list[str], account: str) -> dict[str, object]:
    """Returns where a channel is to lead."""
    if kind in _WITH_URL and not to:
        return {kind: {"url": asking.secret()}}
    if kind == "email" and to:
        return {kind: {"recipients": to}}
    if kind == "github" and len(to) == 1:
        return {kind: {"repository": to[0], "token": asking.secret()}}
    if kind == "jira" and len(to) == 2:  # noqa: PLR2004 - URL and project
        version = "V3" if account else "V2"
        return {
            kind: {"url": to[0], "project": to[1], "account": account, "version": version, "token": asking.secret()}
        }
    raise CliError(f"What {kind!r} leads to isn't clear: see --help.", 2)


def _switch(call: typer.Context, channel: str, output: OutputOption, *, disabled: bool) -> None:
    shared = context.of(call)
    changed = channel_pb2.NotificationChannel(name=_channel(shared.session, channel), disabled=disabled)
    request = channel_pb2.UpdateNotificationChannelRequest(
        notification_channel=changed, update_mask=FieldMask(paths=["disabled"]), request_id=context.request_id()
    )
    updated = shared.session.call(_channel_stub(shared.session).UpdateNotificationChannel, request)
    shared.printer(output).one(updated, shown.CHANNEL)


def _value(text: str, known: Iterable[str]) -> str | None:
    """Returns an enum's value by its name in whatever case; None where nothing was given."""
    if not text:
        return None
    if text.upper() not in known:
        raise CliError(f"{text!r} isn't one of the values: see --help.", 2)
    return text.upper()


def _channels(session: Session) -> Iterator[channel_pb2.NotificationChannel]:
    request = channel_pb2.ListNotificationChannelsRequest(parent=session.organization)
    return session.pages(_channel_stub(session).ListNotificationChannels, request, "notification_channels")


def _rules(session: Session) -> Iterator[rule_pb2.NotificationRule]:
    request = rule_pb2.ListNotificationRulesRequest(parent=session.organization)
    return session.pages(_rule_stub(session).ListNotificationRules, request, "notification_rules")


def _channel(session: Session, text: str) -> str:
    parent = session.organization
    return names.resolve(
        text, parent, "notificationChannels", lambda: _channels(session), lambda one: (one.display_name,)
    )


def _channel_stub(session: Session) -> NotificationChannelsServiceStub:
    return session.stub(NotificationChannelsServiceStub)


def _rule_stub(session: Session) -> NotificationRulesServiceStub:
    return session.stub(NotificationRulesServiceStub)
