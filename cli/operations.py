"""Work that takes long, waited for until it is done."""

from typing import TypeVar

from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from cli.errors import INTERRUPTED, CliError
from cli.session import Session

_SECONDS = 10
"""Of one call; the edge ends those that take longer than fifteen."""

ResultT = TypeVar("ResultT", bound=Message)


def result(session: Session, name: str, into: ResultT) -> ResultT:
    """Returns what an operation came to, however long that takes.

    Args:
        session: Who waits.
        name: The operation's resource name.
        into: A message of the result's type; it is filled.

    Raises:
        CliError: It failed, or whoever waits has had enough (exit code 130).
        grpc.RpcError: It can't be asked for.
    """
    stub = session.stub(operations_pb2_grpc.OperationsStub)
    request = operations_pb2.WaitOperationRequest(name=name, timeout=Duration(seconds=_SECONDS))
    try:
        while not (operation := session.call(stub.WaitOperation, request)).done:
            pass
    except KeyboardInterrupt:
        raise CliError(f"{name} goes on.", INTERRUPTED) from None
    if operation.WhichOneof("result") == "error":
        raise CliError(operation.error.message)
    operation.response.Unpack(into)
    return into
