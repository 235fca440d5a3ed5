"""`xorb roles`: what there is to give to members."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from xorb.core.v1 import role_pb2, role_pb2_grpc

from cli import columns, context, names
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="What members may do: built-in roles, and the organization's own.", no_args_is_help=True)
RoleArgument = Annotated[str, typer.Argument(help="One of the organization's own roles, or its id.")]


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the role of the organization's own that a text stands for."""
    parent = session.organization

    def listed() -> Iterator[role_pb2.Role]:
        stub = session.stub(role_pb2_grpc.RolesServiceStub)
        return session.pages(stub.ListRoles, role_pb2.ListRolesRequest(parent=parent), "roles")

    return names.resolve(text, parent, "roles", listed, lambda one: (one.display_name,))


def resolve_all(session: Session, texts: Iterable[str]) -> list[str]:
    """Returns what goes into a member's roles for these texts: built-in roles as they are, names of others."""
    texts = list(texts)
    built_in = {role.role for role in _catalogue(session).built_in_roles} if texts else set()
    return [text if text in built_in else resolve(session, text) for text in texts]


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the organization's own roles."""
    shared = context.of(call)
    stub = shared.session.stub(role_pb2_grpc.RolesServiceStub)
    request = role_pb2.ListRolesRequest(parent=shared.session.organization)
    found = shared.session.pages(stub.ListRoles, request, "roles")
    empty = "The organization has no roles of its own. `xorb roles built-in` shows those that everybody has."
    shared.printer(output).many(found, columns.ROLES, empty)


@app.command("built-in")
def built_in(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the built-in roles and what they grant."""
    shared = context.of(call)
    shared.printer(output).many(_catalogue(shared.session).built_in_roles, columns.BUILT_IN_ROLES, "")


@app.command()
def create(
    call: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    permissions: Annotated[list[str], typer.Argument(help="What it grants, such as findings.read.")],
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    output: OutputOption = None,
) -> None:
    """Creates a role."""
    shared = context.of(call)
    stub = shared.session.stub(role_pb2_grpc.RolesServiceStub)
    role = role_pb2.Role(display_name=name, description=description, permissions=permissions)
    request = role_pb2.CreateRoleRequest(parent=shared.session.organization, role=role, request_id=context.request_id())
    shared.printer(output).one(shared.session.call(stub.CreateRole, request), columns.ROLES)


@app.command()
def delete(call: typer.Context, role: RoleArgument) -> None:
    """Deletes a role that nobody has."""
    session = context.of(call).session
    stub = session.stub(role_pb2_grpc.RolesServiceStub)
    request = role_pb2.DeleteRoleRequest(name=resolve(session, role), request_id=context.request_id())
    session.call(stub.DeleteRole, request)


def _catalogue(session: Session) -> role_pb2.RoleCatalogue:
    stub = session.stub(role_pb2_grpc.RolesServiceStub)
    request = role_pb2.GetRoleCatalogueRequest(parent=session.organization)
    found: role_pb2.RoleCatalogue = session.call(stub.GetRoleCatalogue, request)
    return found
