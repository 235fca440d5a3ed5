"""The operator's way to the services: calls of internal methods, over a process's own socket.

Only the sidecar and whoever owns the stack can open that socket, so the operator says there what the sidecar says of
others; the token, signed by a key of the operator's own, is the proof.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc
import grpc.aio

from services.mesh.peers import HEADER
from services.mesh.tokens import Issuer, ServiceIdentity, mesh_name
from services.mesh.vault import Transit, mesh_key
from stack.components import openbao
from stack.errors import StackError
from stack.mesh import topology
from stack.settings import StackSettings

SECONDS = 10
"""How long a call may take."""

_ROLE = "operator"


@dataclass(frozen=True)
class Operator:
    """A channel to one process, and the metadata with which the operator calls there."""

    channel: grpc.aio.Channel
    metadata: tuple[tuple[str, str], ...] = field(repr=False)


@contextlib.asynccontextmanager
async def at(settings: StackSettings, process: str) -> AsyncIterator[Operator]:
    """Gives the operator at a process of the running stack, such as ``core``.

    Raises:
        StackError: the process refuses a call made as long as the context lasts, or isn't there.
    """
    async with grpc.aio.insecure_channel(f"unix:{settings.run / process}.sock") as channel:
        told = (HEADER, f"URI={topology.spiffe_id(settings, _ROLE)}")
        try:
            yield Operator(channel, (("authorization", f"Bearer {await _token(settings)}"), told))
        except grpc.aio.AioRpcError as error:
            raise StackError(error.details() or error.code().name) from None


async def _token(settings: StackSettings) -> str:
    secret = openbao.token_path(settings, _ROLE).read_text(encoding="utf-8")
    keys = Transit.connect(openbao.address(settings), secret, mesh_key(_ROLE))
    return await ServiceIdentity(Issuer(keys, mesh_name(_ROLE)), f"spiffe://xorb/{_ROLE}").token()
