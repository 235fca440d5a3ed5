"""`xorb findings merge`, `split`, `separate` and others: what was matched, why, and its correction."""

from typing import Annotated

import typer
from xorb.core.v1 import finding_pb2, finding_pb2_grpc, separation_pb2, separation_pb2_grpc

from cli import columns, context, names
from cli.commands.findings import resolve
from cli.context import OutputOption

FindingArgument = Annotated[str, typer.Argument(help="Its id, or the last eight digits.")]


def sightings(call: typer.Context, finding: FindingArgument, output: OutputOption = None) -> None:
    """Lists when and by what a finding was seen, and why each sighting is one of it."""
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    request = finding_pb2.ListSightingsRequest(parent=resolve(shared.session, finding))
    seen = list(shared.session.pages(stub.ListSightings, request, "sightings", 0))
    shared.printer(output).many(seen, columns.SIGHTINGS, "It has no sightings.")


def merge(
    call: typer.Context,
    kept: FindingArgument,
    others: Annotated[list[str], typer.Argument(metavar="OTHER...", help="Those that become duplicates of it.")],
    output: OutputOption = None,
) -> None:
    """Makes findings one: the first, which keeps its state and words."""
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    first, *rest = (resolve(shared.session, text) for text in (kept, *others))
    request = finding_pb2.MergeFindingsRequest(name=first, duplicates=rest, request_id=context.request_id())
    merged = shared.session.call(stub.MergeFindings, request)
    shared.printer(output).line(f"{merged.title}: {merged.sighting_count} sightings", merged)


def duplicate(
    call: typer.Context,
    finding: FindingArgument,
    of: Annotated[str, typer.Option("--of", help="The finding that it is a duplicate of.")],
    output: OutputOption = None,
) -> None:
    """Says that a finding is the same as another, which gets its sightings."""
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    request = finding_pb2.MarkDuplicateRequest(
        name=resolve(shared.session, finding),
        duplicate_of=resolve(shared.session, of),
        request_id=context.request_id(),
    )
    changed = shared.session.call(stub.MarkDuplicate, request)
    shared.printer(output).line(f"{changed.title}: {columns.enum_name(changed, 'state')}", changed)


def split(
    call: typer.Context,
    finding: FindingArgument,
    chosen: Annotated[list[str], typer.Argument(metavar="SIGHTING...", help="Ids, as `sightings` lists them.")],
    output: OutputOption = None,
) -> None:
    """Takes sightings out of a finding; the two are never matched again."""
    shared = context.of(call)
    stub = shared.session.stub(finding_pb2_grpc.FindingsServiceStub)
    name = resolve(shared.session, finding)
    listing = finding_pb2.ListSightingsRequest(parent=name)
    taken = [
        names.resolve(
            text, name, "sightings", lambda: shared.session.pages(stub.ListSightings, listing, "sightings", 0)
        )
        for text in chosen
    ]
    request = finding_pb2.SplitFindingRequest(name=name, sightings=taken, request_id=context.request_id())
    parts = shared.session.call(stub.SplitFinding, request)
    shared.printer(output).line(f"{parts.split.name}: {parts.split.sighting_count} sightings", parts)


def separate(call: typer.Context, one: FindingArgument, other: FindingArgument, output: OutputOption = None) -> None:
    """Says that two findings are not the same: they are never matched."""
    shared = context.of(call)
    stub = shared.session.stub(separation_pb2_grpc.SeparationsServiceStub)
    first, second = (resolve(shared.session, text) for text in (one, other))
    request = separation_pb2.CreateSeparationRequest(
        parent=shared.session.organization,
        separation=separation_pb2.Separation(first=first, second=second),
        request_id=context.request_id(),
    )
    created = shared.session.call(stub.CreateSeparation, request)
    shared.printer(output).line(f"{created.name}: never matched", created)


def separations(call: typer.Context, output: OutputOption = None) -> None:
    """Lists the pairs of findings that are never matched, the newest first."""
    shared = context.of(call)
    stub = shared.session.stub(separation_pb2_grpc.SeparationsServiceStub)
    request = separation_pb2.ListSeparationsRequest(parent=shared.session.organization)
    found = list(shared.session.pages(stub.ListSeparations, request, "separations", 0))
    shared.printer(output).many(found, columns.SEPARATIONS, "There are no separations.")


def unseparate(
    call: typer.Context,
    separation: Annotated[str, typer.Argument(help="Its name, as `separations` lists it.")],
    output: OutputOption = None,
) -> None:
    """Lets two findings be matched again."""
    shared = context.of(call)
    stub = shared.session.stub(separation_pb2_grpc.SeparationsServiceStub)
    parent = shared.session.organization
    listing = separation_pb2.ListSeparationsRequest(parent=parent)
    name = names.resolve(
        separation, parent, "separations", lambda: shared.session.pages(stub.ListSeparations, listing, "separations", 0)
    )
    request = separation_pb2.DeleteSeparationRequest(name=name, request_id=context.request_id())
    shared.printer(output).line(f"{name}: may be matched again", shared.session.call(stub.DeleteSeparation, request))


COMMANDS = (sightings, merge, duplicate, split, separate, separations, unseparate)
"""What is added to `xorb findings`."""
