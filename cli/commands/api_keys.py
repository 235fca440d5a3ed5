"""`xorb api-keys`: what programs show instead of a password."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from xorb.security.v1 import api_key_pb2, api_key_pb2_grpc

from cli import admission, context, names
from cli.commands import service_accounts
from cli.commands.service_accounts import ServiceAccountArgument
from cli.context import OutputOption
from cli.output import when
from cli.session import Session

app = typer.Typer(help="What programs show instead of a password.", no_args_is_help=True)


@app.command("list")
def list_(call: typer.Context, account: ServiceAccountArgument, output: OutputOption = None) -> None:
    """Lists a service account's keys, without the keys themselves."""
    shared = context.of(call)
    found = _listed(shared.session, service_accounts.resolve(shared.session, account))
    shared.printer(output).many(found, admission.API_KEYS, "It has no key yet.")


@app.command()
def create(
    call: typer.Context,
    account: ServiceAccountArgument,
    permissions: Annotated[list[str], typer.Argument(help="What it grants, such as findings.read; you must have it.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="After how many days it ends.")] = 90,
    output: OutputOption = None,
) -> None:
    """Makes a key and prints it; it isn't shown again."""
    shared = context.of(call)
    made = api_key_pb2.ApiKey(display_name=name, permissions=permissions)
    made.expire_time.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    parent = service_accounts.resolve(shared.session, account)
    # Once: a repeated call would make another key.
    key = shared.session.call_once(
        _stub(shared.session).CreateApiKey, api_key_pb2.CreateApiKeyRequest(parent=parent, api_key=made)
    )
    printer = shared.printer(output)
    printer.line(key.key, key)
    printer.remark(f"Keep it now, it isn't shown again. It ends {when(key.expire_time)}.")


@app.command()
def revoke(
    call: typer.Context,
    account: ServiceAccountArgument,
    key: Annotated[str, typer.Argument(help="What the key is called, or its id.")],
    output: OutputOption = None,
) -> None:
    """Ends a key: it acts no more at once, and what it watches stops."""
    shared = context.of(call)
    parent = service_accounts.resolve(shared.session, account)
    name = names.resolve(
        key, parent, "apiKeys", lambda: _listed(shared.session, parent), lambda one: (one.display_name,)
    )
    request = api_key_pb2.RevokeApiKeyRequest(name=name, request_id=context.request_id())
    shared.printer(output).one(shared.session.call(_stub(shared.session).RevokeApiKey, request), admission.API_KEYS)


def _listed(session: Session, account: str) -> Iterator[api_key_pb2.ApiKey]:
    return session.pages(_stub(session).ListApiKeys, api_key_pb2.ListApiKeysRequest(parent=account), "api_keys")


def _stub(session: Session) -> api_key_pb2_grpc.ApiKeysServiceStub:
    return session.stub(api_key_pb2_grpc.ApiKeysServiceStub)
