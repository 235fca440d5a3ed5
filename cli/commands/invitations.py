"""`xorb invitations`: how people become members; `xorb members invite` makes them."""

from collections.abc import Iterator
from typing import Annotated

import typer
from xorb.core.v1 import invitation_pb2, invitation_pb2_grpc

from cli import columns, context, names
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Invitations to the organization, and to others.", no_args_is_help=True)


@app.command("list")
def list_(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the organization's invitations."""
    session = context.of(call).session
    context.of(call).printer(output).many(_listed(session), columns.INVITATIONS, "Nobody was invited yet.")


@app.command()
def revoke(
    call: typer.Context,
    invitation: Annotated[str, typer.Argument(help="The invited address, or the invitation's id.")],
    output: OutputOption = None,
) -> None:
    """Takes an open invitation back."""
    shared = context.of(call)
    parent = shared.session.organization

    def opened() -> Iterator[invitation_pb2.Invitation]:
        listed = _listed(shared.session)
        return (one for one in listed if one.state == invitation_pb2.Invitation.OPEN)

    name = names.resolve(invitation, parent, "invitations", opened, lambda one: (one.email,))
    request = invitation_pb2.RevokeInvitationRequest(name=name, request_id=context.request_id())
    shared.printer(output).one(
        shared.session.call(_stub(shared.session).RevokeInvitation, request), columns.INVITATIONS
    )


@app.command()
def accept(
    call: typer.Context,
    invitation: Annotated[str, typer.Argument(help="The invitation's name.")],
    token: Annotated[str, typer.Argument(help="The invitation's token.")],
    output: OutputOption = None,
) -> None:
    """Becomes a member of the organization that invited you, and works in it from now on."""
    shared = context.of(call)
    request = invitation_pb2.AcceptInvitationRequest(name=invitation, token=token, request_id=context.request_id())
    member = shared.session.call(_stub(shared.session).AcceptInvitation, request)
    shared.session.refresh(invitation.partition("/invitations/")[0])
    shared.printer(output).one(member, columns.MEMBERS)


def _listed(session: Session) -> Iterator[invitation_pb2.Invitation]:
    request = invitation_pb2.ListInvitationsRequest(parent=session.organization)
    return session.pages(_stub(session).ListInvitations, request, "invitations")


def _stub(session: Session) -> invitation_pb2_grpc.InvitationsServiceStub:
    return session.stub(invitation_pb2_grpc.InvitationsServiceStub)
