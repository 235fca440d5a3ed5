"""Who is signed in, where that is asked of the server."""

from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from cli.errors import CliError
from cli.session import Session


def own_account(session: Session) -> str:
    """Returns the resource name of the account that is signed in.

    Raises:
        CliError: A program is.
    """
    identity = session.stub(identity_pb2_grpc.IdentityServiceStub)
    name = str(session.call(identity.GetCaller, identity_pb2.GetCallerRequest()).account.name)
    if not name:
        raise CliError("Who is signed in is no person, and has no account of their own.")
    return name
