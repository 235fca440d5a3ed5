"""`xorb sessions`: where you are signed in, and where members of the organization are."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from xorb.security.v1 import member_session_pb2, member_session_pb2_grpc, session_pb2, session_pb2_grpc

from cli import admission, context, names, people
from cli.commands import members
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(
    help="Where you are signed in; with --member, where a member of the organization is.", no_args_is_help=True
)
MemberOption = Annotated[
    str, typer.Option("--member", "-m", help="E-mail address or id of a member, whose sessions in the organization.")
]


@app.command("list")
def list_(call: typer.Context, member: MemberOption = "", output: OutputOption = None) -> None:
    """Lists sessions that go on, the newest first."""
    shared = context.of(call)
    shown = admission.MEMBER_SESSIONS if member else admission.OWN_SESSIONS
    found = _listed(shared.session, _owner(shared.session, member))
    shared.printer(output).many(found, shown, "Nobody is signed in there.")


@app.command()
def end(
    call: typer.Context,
    session: Annotated[str, typer.Argument(help="The session's id, or its last eight digits.")],
    member: MemberOption = "",
    output: OutputOption = None,
) -> None:
    """Ends a session: its tokens are void at once, and what it watches stops."""
    shared = context.of(call)
    owner = _owner(shared.session, member)
    collection = "memberSessions" if member else "sessions"
    name = names.resolve(session, owner, collection, lambda: _listed(shared.session, owner))
    identifier = context.request_id()
    if member:
        ended: Any = shared.session.call(
            shared.session.stub(member_session_pb2_grpc.MemberSessionsServiceStub).RevokeMemberSession,
            member_session_pb2.RevokeMemberSessionRequest(name=name, request_id=identifier),
        )
    else:
        ended = shared.session.call(
            shared.session.stub(session_pb2_grpc.SessionsServiceStub).RevokeSession,
            session_pb2.RevokeSessionRequest(name=name, request_id=identifier),
        )
    shared.printer(output).one(ended, admission.MEMBER_SESSIONS if member else admission.OWN_SESSIONS)


def _owner(session: Session, member: str) -> str:
    """Returns whose sessions are meant: a member's of the organization, or one's own account's."""
    return members.resolve(session, member) if member else people.own_account(session)


def _listed(session: Session, owner: str) -> Iterator[Any]:
    if owner.startswith("accounts/"):
        own = session.stub(session_pb2_grpc.SessionsServiceStub).ListSessions
        return session.pages(own, session_pb2.ListSessionsRequest(parent=owner), "sessions")
    theirs = session.stub(member_session_pb2_grpc.MemberSessionsServiceStub).ListMemberSessions
    return session.pages(theirs, member_session_pb2.ListMemberSessionsRequest(parent=owner), "sessions")
