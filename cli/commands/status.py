"""`xorb status`: the platform as this machine sees it."""

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from importlib import metadata

import grpc
import typer
from rich.table import Table
from rich.text import Text
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from cli import context
from cli.context import OutputOption
from cli.errors import ERROR
from cli.output import Format, Printer, write
from cli.server import Server
from cli.session import Session
from cli.text import clean

_SECONDS = 3.0
_LONGEST_ANSWER = 8 * 1024 * 1024


@dataclass(frozen=True)
class Status:
    """What was seen.

    Attributes:
        server: The address that was asked.
        health: `ok`, or what is wrong, as `GET /healthz` answered.
        milliseconds: How long that answer took.
        calls: `ok`, or what is wrong, as a gRPC call without a token was answered.
        api_version: The version of the API's description; empty where it can't be read.
        client_version: The version of this command.
        account: Who is signed in; empty for nobody.
    """

    server: str
    health: str
    milliseconds: int
    calls: str
    api_version: str
    client_version: str
    account: str

    @property
    def well(self) -> bool:
        """Whether the platform can be worked with."""
        return self.health == self.calls == "ok"


def status(call: typer.Context, output: OutputOption = None) -> None:
    """Shows whether the platform answers, and its version; exits with 1 where it doesn't answer."""
    shared = context.of(call)
    seen = _look(shared.session)
    _print(shared.printer(output), seen)
    if not seen.well:
        raise typer.Exit(ERROR)


def _look(session: Session) -> Status:
    start = time.monotonic()
    health, _ = _get(session.server, "/healthz")
    milliseconds = round((time.monotonic() - start) * 1000)
    _, description = _get(session.server, "/openapi.json")
    credentials = session.store.load(session.server.url)
    return Status(
        server=session.server.url,
        health=health,
        milliseconds=milliseconds,
        calls=_call(session),
        api_version=_version(description),
        client_version=_own_version(),
        account=credentials.email if credentials else "",
    )


def _get(server: Server, path: str) -> tuple[str, bytes]:
    """Returns `ok` or what is wrong, and the body."""
    trust = ssl.create_default_context(cafile=server.authority) if server.secure else None
    request = urllib.request.Request(server.url + path, headers={"Accept": "application/json"})  # noqa: S310 - Server allows http and https only
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS, context=trust) as response:  # noqa: S310 - as above
            return "ok", response.read(_LONGEST_ANSWER)
    except urllib.error.HTTPError as error:
        error.close()
        return f"answers with HTTP status {error.code}", b""
    except OSError as error:
        return clean(f"doesn't answer ({getattr(error, 'reason', error)})"), b""
    except http.client.HTTPException:
        return "answers, but not in HTTP", b""


def _call(session: Session) -> str:
    stub = session.stub(identity_pb2_grpc.IdentityServiceStub)
    try:
        stub.GetJsonWebKeySet(identity_pb2.GetJsonWebKeySetRequest(), timeout=_SECONDS)
    except grpc.RpcError as error:
        return str(error.code().name).lower().replace("_", " ")
    return "ok"


def _version(description: bytes) -> str:
    try:
        return str(json.loads(description)["info"]["version"])
    except (ValueError, KeyError, TypeError):
        return ""


def _own_version() -> str:
    try:
        return metadata.version("xorb")
    except metadata.PackageNotFoundError:
        return ""


def _print(printer: Printer, seen: Status) -> None:
    if printer.output is Format.JSON:
        write(json.dumps(asdict(seen) | {"well": seen.well}, indent=2) + "\n")
        return
    grid = Table.grid(padding=(0, 2))
    for name, value in asdict(seen).items():
        if value != "":
            style = {"health": "green" if value == "ok" else "red", "calls": "green" if value == "ok" else "red"}.get(
                name
            )
            grid.add_row(Text(name.replace("_", " "), style="dim"), Text(clean(str(value)), style=style or ""))
    printer.console.print(grid)
