"""`xorb organizations`: where to work."""

from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from cli import admission, asking, columns, context, names, operations
from cli.commands import account
from cli.context import OutputOption
from cli.session import Session

OrganizationArgument = Annotated[str, typer.Argument(help="Its name, id, or last eight digits of the id.")]
app = typer.Typer(help="The organizations you belong to.", no_args_is_help=True)


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the organizations that you are a member of."""
    shared = context.of(call)
    request = organization_pb2.ListOrganizationsRequest()
    found = shared.session.pages(_stub(shared.session).ListOrganizations, request, "organizations")
    shared.printer(output).many(found, columns.ORGANIZATIONS, "You belong to no organization yet.")


@app.command()
def create(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    output: OutputOption = None,
) -> None:
    """Creates an organization, of which you are the owner, and works in it from now on."""
    shared = context.of(call)
    created = account.create_organization(shared.session, name)
    shared.session.refresh(created.name)
    shared.printer(output).one(created, columns.ORGANIZATIONS)


@app.command()
def use(
    call: typer.Context,
    organization: OrganizationArgument,
) -> None:
    """Works in another organization from now on."""
    _enter(context.of(call).session, organization)


@app.command()
def show(call: typer.Context, output: OutputOption = None) -> None:
    """Shows the organization that you work in."""
    shared = context.of(call)
    request = organization_pb2.GetOrganizationRequest(name=shared.session.organization)
    shared.printer(output).one(
        shared.session.call(_stub(shared.session).GetOrganization, request), admission.ORGANIZATION
    )


@app.command("require-second-factor")
def require_second_factor(
    call: typer.Context,
    off: Annotated[bool, typer.Option("--off", help="Require it no more.")] = False,
    output: OutputOption = None,
) -> None:
    """Lets people work in the organization only after signing in with a second factor, as you have; acts at once."""
    shared = context.of(call)
    changed = organization_pb2.Organization(name=shared.session.organization, second_factor_required=not off)
    request = organization_pb2.UpdateOrganizationRequest(
        organization=changed,
        update_mask=FieldMask(paths=["second_factor_required"]),
        request_id=context.request_id(),
    )
    updated = shared.session.call(_stub(shared.session).UpdateOrganization, request)
    shared.printer(output).one(updated, admission.ORGANIZATION)


@app.command("rotate-key")
def rotate_key(
    call: typer.Context,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the key before is gone.")] = True,
    output: OutputOption = None,
) -> None:
    """Gives the organization a new encryption key, and seals everything with it; everybody works on meanwhile."""
    shared = context.of(call)
    request = organization_pb2.RotateEncryptionKeyRequest(
        name=shared.session.organization, request_id=context.request_id()
    )
    started = shared.session.call(_stub(shared.session).RotateEncryptionKey, request)
    printer = shared.printer(output)
    if not wait:
        printer.line(started.name, started)
        return
    printer.remark("The rotation has begun, and goes on if you stop waiting.")
    rotation = operations.result(shared.session, started.name, organization_pb2.KeyRotation())
    printer.one(rotation, admission.KEY_ROTATION)


@app.command()
def delete(
    call: typer.Context,
    organization: OrganizationArgument,
    confirm: Annotated[str, typer.Option(help="What people call it, for who can't be asked.")] = "",
    output: OutputOption = None,
) -> None:
    """Deletes an organization you own with everything in it; until the time that is shown, `undelete` keeps it."""
    shared = context.of(call)
    found = _enter(shared.session, organization)
    asking.confirmed("delete it and everything in it", found.display_name, confirm)
    request = organization_pb2.DeleteOrganizationRequest(
        name=found.name, etag=found.etag, request_id=context.request_id()
    )
    deleted = shared.session.call(_stub(shared.session).DeleteOrganization, request)
    printer = shared.printer(output)
    printer.one(deleted, columns.ORGANIZATIONS)
    printer.remark(f"It can be kept until then: xorb organizations undelete {found.name.rpartition('/')[2]}")


@app.command()
def undelete(call: typer.Context, organization: OrganizationArgument, output: OutputOption = None) -> None:
    """Keeps an organization that was to be deleted."""
    shared = context.of(call)
    found = _enter(shared.session, organization)
    request = organization_pb2.UndeleteOrganizationRequest(name=found.name, request_id=context.request_id())
    shared.printer(output).one(
        shared.session.call(_stub(shared.session).UndeleteOrganization, request), columns.ORGANIZATIONS
    )


def _enter(session: Session, organization: str) -> organization_pb2.Organization:
    """Works in an organization from now on, and returns it."""
    request = organization_pb2.ListOrganizationsRequest()
    every = list(session.pages(_stub(session).ListOrganizations, request, "organizations"))
    name = names.resolve(organization, "", "organizations", lambda: every, lambda one: (one.display_name,))
    session.refresh(name)
    return next((one for one in every if one.name == name), organization_pb2.Organization(name=name))


def _stub(session: Session) -> organization_pb2_grpc.OrganizationsServiceStub:
    return session.stub(organization_pb2_grpc.OrganizationsServiceStub)
