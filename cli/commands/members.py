"""`xorb members`: who belongs to the organization."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1 import invitation_pb2, invitation_pb2_grpc, member_pb2, member_pb2_grpc

from cli import columns, context, names
from cli.commands import roles as role_commands
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="Who belongs to the organization, and what they may do.", no_args_is_help=True)
MemberArgument = Annotated[str, typer.Argument(help="E-mail address or id of the member.")]


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the member that a text stands for."""
    parent = session.organization

    def listed() -> Iterator[member_pb2.Member]:
        return session.pages(_stub(session).ListMembers, member_pb2.ListMembersRequest(parent=parent), "members")

    return names.resolve(text, parent, "members", listed, lambda one: (one.email,))


@app.command("list")
def list_(
    call: typer.Context,
    filter: Annotated[str, typer.Option(help='AIP-160, such as: roles:"owner"')] = "",  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Lists members."""
    session = context.of(call).session
    request = member_pb2.ListMembersRequest(parent=session.organization, filter=filter)
    found = session.pages(_stub(session).ListMembers, request, "members")
    context.of(call).printer(output).many(found, columns.MEMBERS, "There are no such members.")


@app.command()
def invite(
    call: typer.Context,
    email: Annotated[str, typer.Argument(help="Whom to invite.")],
    role: Annotated[list[str] | None, typer.Option(help="What they may do; may be given more than once.")] = None,
    output: OutputOption = None,
) -> None:
    """Invites somebody, and prints what they accept with; it isn't shown again."""
    shared = context.of(call)
    invitation = invitation_pb2.Invitation(email=email, roles=role_commands.resolve_all(shared.session, role or []))
    request = invitation_pb2.CreateInvitationRequest(parent=shared.session.organization, invitation=invitation)
    stub = shared.session.stub(invitation_pb2_grpc.InvitationsServiceStub)
    made = shared.session.call(stub.CreateInvitation, request)
    shared.printer(output).line(f"xorb invitations accept {made.name} {made.token}", made)
    shared.printer(output).remark(f"{made.email} accepts with this command, signed in with that address.")


@app.command()
def roles(
    call: typer.Context,
    member: MemberArgument,
    role: Annotated[list[str] | None, typer.Argument(help="All roles from now on; none takes all away.")] = None,
    output: OutputOption = None,
) -> None:
    """Gives a member these roles in place of those they have; acts at once."""
    shared = context.of(call)
    changed = member_pb2.Member(
        name=resolve(shared.session, member), roles=role_commands.resolve_all(shared.session, role or [])
    )
    request = member_pb2.UpdateMemberRequest(
        member=changed, update_mask=FieldMask(paths=["roles"]), request_id=context.request_id()
    )
    shared.printer(output).one(shared.session.call(_stub(shared.session).UpdateMember, request), columns.MEMBERS)


@app.command()
def suspend(call: typer.Context, member: MemberArgument, output: OutputOption = None) -> None:
    """Bars a member until they are resumed; acts at once."""
    _change(call, "SuspendMember", member_pb2.SuspendMemberRequest, member, output)


@app.command()
def resume(call: typer.Context, member: MemberArgument, output: OutputOption = None) -> None:
    """Lets a suspended member in again."""
    _change(call, "ResumeMember", member_pb2.ResumeMemberRequest, member, output)


@app.command()
def remove(
    call: typer.Context,
    member: MemberArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Removes a member from the organization; acts at once."""
    session = context.of(call).session
    name = resolve(session, member)
    if not yes:
        typer.confirm(f"Remove {member}?", abort=True)
    request = member_pb2.DeleteMemberRequest(name=name, request_id=context.request_id())
    session.call(_stub(session).DeleteMember, request)


@app.command()
def transfer(
    call: typer.Context,
    member: MemberArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    output: OutputOption = None,
) -> None:
    """Makes another member an owner in your place; you remain as an administrator."""
    shared = context.of(call)
    heir = resolve(shared.session, member)
    if not yes:
        typer.confirm(f"Hand the organization over to {member}?", abort=True)
    request = member_pb2.TransferOwnershipRequest(
        name=shared.session.organization, new_owner=heir, request_id=context.request_id()
    )
    shared.printer(output).one(shared.session.call(_stub(shared.session).TransferOwnership, request), columns.MEMBERS)


@app.command()
def leave(call: typer.Context, yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False) -> None:
    """Ends your own membership, and works on in the organization that remains, if there is one."""
    session = context.of(call).session
    if not yes:
        typer.confirm("Leave the organization?", abort=True)
    request = member_pb2.LeaveOrganizationRequest(name=session.organization, request_id=context.request_id())
    session.call(_stub(session).LeaveOrganization, request)
    session.refresh()


def _change(call: typer.Context, method: str, request: Any, member: str, output: OutputOption) -> None:  # noqa: ANN401 - one of two requests
    shared = context.of(call)
    asked = request(name=resolve(shared.session, member), request_id=context.request_id())
    changed = shared.session.call(getattr(_stub(shared.session), method), asked)
    shared.printer(output).one(changed, columns.MEMBERS)


def _stub(session: Session) -> member_pb2_grpc.MembersServiceStub:
    return session.stub(member_pb2_grpc.MembersServiceStub)
