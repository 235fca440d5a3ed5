"""`xorb targets`: what may be tested."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from xorb.core.v1 import target_pb2, target_pb2_grpc

from cli import columns, context, names
from cli.context import OutputOption
from cli.session import Session

app = typer.Typer(help="The hosts, networks and sites that you own and may have tested.", no_args_is_help=True)
TargetArgument = Annotated[str, typer.Argument(help="Host, block, URL or name of the target, or its id.")]
_VERIFY_DEADLINE = 60.0


class Method(StrEnum):
    """How ownership is proved."""

    DNS_TXT = "dns-txt"
    WELL_KNOWN = "well-known"


def resolve(session: Session, text: str) -> str:
    """Returns the resource name of the target that a text stands for."""
    parent = session.organization

    def listed() -> Iterator[target_pb2.Target]:
        stub = session.stub(target_pb2_grpc.TargetsServiceStub)
        return session.pages(stub.ListTargets, target_pb2.ListTargetsRequest(parent=parent), "targets")

    return names.resolve(text, parent, "targets", listed, lambda one: (columns.address(one), one.display_name))


@app.command()
def add(
    call: typer.Context,
    address: Annotated[str, typer.Argument(help="A host, a block such as 192.0.2.0/28, or a URL.")],
    name: Annotated[str, typer.Option(help="What to call it; the address where it isn't given.")] = "",
    exclude: Annotated[list[str] | None, typer.Option(help="An address or block in it never to touch.")] = None,
    verification: Annotated[Method | None, typer.Option(help="How to prove that it is yours.")] = None,
    output: OutputOption = None,
) -> None:
    """Registers a target and says how to prove that it is yours."""
    shared = context.of(call)
    target = target_pb2.Target(
        display_name=name,
        excluded_addresses=exclude or (),
        verification_method=verification.name if verification else None,
    )
    setattr(target, _kind(address), address)
    stub = shared.session.stub(target_pb2_grpc.TargetsServiceStub)
    request = target_pb2.CreateTargetRequest(
        parent=shared.session.organization, target=target, request_id=context.request_id()
    )
    printer = shared.printer(output)
    printer.one(shared.session.call(stub.CreateTarget, request), columns.TARGET)
    printer.remark(f"Prove that it is yours, then run: xorb targets verify {address}")


@app.command("list")
def list_(
    call: typer.Context,
    filter: Annotated[str, typer.Option(help='AIP-160, such as: verification_state = "VERIFIED"')] = "",  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Lists targets."""
    shared = context.of(call)
    stub = shared.session.stub(target_pb2_grpc.TargetsServiceStub)
    request = target_pb2.ListTargetsRequest(parent=shared.session.organization, filter=filter)
    found = shared.session.pages(stub.ListTargets, request, "targets")
    shared.printer(output).many(found, columns.TARGETS, "There are no targets. `xorb targets add` registers one.")


@app.command()
def show(call: typer.Context, target: TargetArgument, output: OutputOption = None) -> None:
    """Shows a target, and what to publish to prove that it is yours."""
    shared = context.of(call)
    stub = shared.session.stub(target_pb2_grpc.TargetsServiceStub)
    request = target_pb2.GetTargetRequest(name=resolve(shared.session, target))
    shared.printer(output).one(shared.session.call(stub.GetTarget, request), columns.TARGET)


@app.command()
def verify(
    call: typer.Context,
    targets: Annotated[list[str], typer.Argument(metavar="TARGET...", help="Targets, as in `show`.")],
    output: OutputOption = None,
) -> None:
    """Looks for the proof that targets are yours."""
    shared = context.of(call)
    stub = shared.session.stub(target_pb2_grpc.TargetsServiceStub)
    for text in targets:
        name = resolve(shared.session, text)
        request = target_pb2.VerifyTargetRequest(name=name, request_id=context.request_id())
        verified = shared.session.call(stub.VerifyTarget, request, deadline=_VERIFY_DEADLINE)
        shared.printer(output).line(f"{columns.address(verified)} is verified.", verified)


@app.command()
def remove(
    call: typer.Context,
    target: TargetArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Removes a target; its scans and findings remain."""
    session = context.of(call).session
    name = resolve(session, target)
    if not yes:
        typer.confirm(f"Remove {target}?", abort=True)
    stub = session.stub(target_pb2_grpc.TargetsServiceStub)
    session.call(stub.DeleteTarget, target_pb2.DeleteTargetRequest(name=name, request_id=context.request_id()))


def _kind(address: str) -> str:
    """Returns the field of `Target` that an address belongs to."""
    if "://" in address:
        return "url"
    return "cidr_block" if "/" in address else "host"
