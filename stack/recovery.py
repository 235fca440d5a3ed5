"""``python -m stack recover``: a code for somebody who has forgotten a password, issued as the operator."""

from xorb.security.v1 import password_pb2, password_pb2_grpc

from stack import operator
from stack.settings import StackSettings


async def issue(settings: StackSettings, email: str) -> str:
    """Return what the operator hands to the account's owner: the code, how to use it, and until when.

    Args:
        settings: Of the running stack.
        email: The account's address.

    Raises:
        StackError: there is no such account, or the platform isn't there.
    """
    async with operator.at(settings, "security") as there:
        stub = password_pb2_grpc.PasswordResetsServiceStub(there.channel)
        request = password_pb2.IssuePasswordResetRequest(email=email)
        issued = await stub.IssuePasswordReset(request, metadata=there.metadata, timeout=operator.SECONDS)
    end = issued.expire_time.ToDatetime().strftime("%H:%M UTC")
    return f"{issued.code}\nGood once, until {end}: xorb account reset-password --email {email}"
