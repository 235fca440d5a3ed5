"""`xorb rules`: what events are searched for, imported, tried on events, and switched."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.intelligence.v1 import detection_rule_pb2 as pb
from xorb.intelligence.v1.detection_rule_pb2_grpc import DetectionRulesServiceStub

from cli import context, names, rule_files
from cli import rules as shown
from cli.context import OutputOption, Shared
from cli.errors import CliError
from cli.output import short
from cli.session import Session

app = typer.Typer(help="Detection rules: Sigma, imported, tried, switched.", no_args_is_help=True)

RuleArgument = Annotated[str, typer.Argument(help="The rule's id here, or the id in its text.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
_EVENTS = 100
_FIRST_REFUSALS = 20


@app.command("import")
def import_(
    call: typer.Context,
    *,
    places: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders or archives of rules.")],
    disabled: Annotated[bool, typer.Option("--disabled", help="New rules aren't asked until enabled.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")] = False,
) -> None:
    """Takes over rules; those that are here already are changed where their text has."""
    shared = context.of(call)
    files = [file for place in places for file in rule_files.read(place)]
    if not files:
        raise CliError("There are no rules: no file ends in .yml or .yaml.")
    total = pb.ImportDetectionRulesResponse()
    with typer.progressbar(
        list(rule_files.batches(files)), label="Importing", file=typer.get_text_stream("stderr")
    ) as bar:
        for batch in bar:
            total.MergeFrom(_imported(shared.session, batch, total, disabled=disabled, dry_run=dry_run))
    _told(shared, total, dry_run=dry_run)


@app.command("list")
def list_(
    call: typer.Context,
    *,
    filter_: Annotated[str, typer.Option("--filter", help="Which, such as `level >= HIGH` (AIP-160).")] = "",
    order: Annotated[str, typer.Option(help="In which order, such as `level desc`.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Lists rules."""
    shared = context.of(call)
    found = _rules(shared.session, filter_, order, limit)
    shared.printer(output).many(found, shown.RULES, "There is no rule. `xorb rules import` takes some over.")


@app.command()
def show(call: typer.Context, rule: RuleArgument, output: OutputOption = None) -> None:
    """Shows a rule with its text."""
    shared = context.of(call)
    found = _get(shared.session, rule)
    printer = shared.printer(output)
    printer.one(found, shown.RULE)
    printer.remark(found.text)


@app.command()
def versions(call: typer.Context, rule: RuleArgument, output: OutputOption = None) -> None:
    """Lists the texts that a rule has and had, the newest first."""
    shared = context.of(call)
    request = pb.ListDetectionRuleVersionsRequest(parent=_resolve(shared.session, rule))
    found = shared.session.pages(_stub(shared.session).ListDetectionRuleVersions, request, "detection_rule_versions")
    shared.printer(output).many(found, shown.VERSIONS, "")


@app.command("test")
def try_(
    call: typer.Context,
    *,
    rules: Annotated[list[str], typer.Argument(metavar="RULE...", help="Files of rules, or rules that are here.")],
    events: Annotated[Path, typer.Option("--events", help="The events: a JSON object on each line.")],
    product: Annotated[str, typer.Option(help="What they come from, where they don't tell, such as linux.")] = "",
    category: Annotated[str, typer.Option(help="Their category, such as process_creation.")] = "",
    service: Annotated[str, typer.Option(help="Their service, such as auditd.")] = "",
    output: OutputOption = None,
) -> None:
    """Tries rules on events, and says which match and why; nothing is kept."""
    shared = context.of(call)
    texts = [text for rule in rules if Path(rule).exists() for _, text in rule_files.read(Path(rule))]
    here = [_resolve(shared.session, rule) for rule in rules if not Path(rule).exists()]
    request = pb.TestDetectionRulesRequest(
        parent=shared.session.organization,
        text="---\n".join(texts),
        detection_rules=here,
        events=_lines(events),
        product=product,
        category=category,
        service=service,
        request_id=context.request_id(),
    )
    matches = shared.session.call(_stub(shared.session).TestDetectionRules, request).matches
    shared.printer(output).many(matches, shown.MATCHES, "No event matches.")


@app.command()
def enable(call: typer.Context, rule: RuleArgument, output: OutputOption = None) -> None:
    """Asks a rule again."""
    _switch(call, rule, output, disabled=False)


@app.command()
def disable(call: typer.Context, rule: RuleArgument, output: OutputOption = None) -> None:
    """Doesn't ask a rule for now."""
    _switch(call, rule, output, disabled=True)


@app.command()
def delete(call: typer.Context, rule: RuleArgument, yes: YesOption = False) -> None:
    """Deletes a rule with all its versions."""
    session = context.of(call).session
    name = _resolve(session, rule)
    if not yes:
        typer.confirm(f"Delete {rule}?", abort=True)
    request = pb.DeleteDetectionRuleRequest(name=name, request_id=context.request_id())
    session.call(_stub(session).DeleteDetectionRule, request)


def _imported(
    session: Session,
    batch: list[rule_files.File],
    total: pb.ImportDetectionRulesResponse,
    *,
    disabled: bool,
    dry_run: bool,
) -> pb.ImportDetectionRulesResponse:
    """Returns what came of a batch, with what came of those before it."""
    request = pb.ImportDetectionRulesRequest(
        parent=session.organization,
        files=[pb.DetectionRuleFile(path=path, text=text) for path, text in batch],
        disabled=disabled,
        validate_only=dry_run,
        request_id=context.request_id(),
    )
    done: pb.ImportDetectionRulesResponse = session.call(_stub(session).ImportDetectionRules, request)
    for count in ("created_count", "updated_count", "unchanged_count"):
        setattr(done, count, getattr(done, count) + getattr(total, count))
    return done


def _told(shared: Shared, total: pb.ImportDetectionRulesResponse, *, dry_run: bool) -> None:
    printer = shared.printer(None)
    would = "would be " if dry_run else ""
    counts = (
        f"{total.created_count} {would}new, {total.updated_count} {would}changed, {total.unchanged_count} as before"
    )
    printer.line(f"{counts}, {len(total.refusals)} refused", total)
    for one in total.refusals[:_FIRST_REFUSALS]:
        printer.remark(f"{one.path}: {one.reason}")
    if len(total.refusals) > _FIRST_REFUSALS:
        printer.remark(f"… and {len(total.refusals) - _FIRST_REFUSALS} more; `--output json` has them all.")


def _lines(place: Path) -> list[str]:
    try:
        with place.open(encoding="utf-8") as file:
            found = [line for line in islice(file, _EVENTS + 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"Can't read {place}: {error}") from error
    if not 0 < len(found) <= _EVENTS:
        raise CliError(f"{place}: 1 to {_EVENTS} events are tried at once, one on each line.")
    return found


def _switch(call: typer.Context, rule: str, output: OutputOption, *, disabled: bool) -> None:
    shared = context.of(call)
    changed = pb.DetectionRule(name=_resolve(shared.session, rule), disabled=disabled)
    request = pb.UpdateDetectionRuleRequest(
        detection_rule=changed, update_mask=FieldMask(paths=["disabled"]), request_id=context.request_id()
    )
    shared.printer(output).one(shared.session.call(_stub(shared.session).UpdateDetectionRule, request), shown.RULE)


def _get(session: Session, rule: str) -> pb.DetectionRule:
    request = pb.GetDetectionRuleRequest(name=_resolve(session, rule))
    found: pb.DetectionRule = session.call(_stub(session).GetDetectionRule, request)
    return found


def _rules(session: Session, filter_: str = "", order: str = "", limit: int = 0) -> Iterator[pb.DetectionRule]:
    request = pb.ListDetectionRulesRequest(parent=session.organization, filter=filter_, order_by=order)
    return session.pages(_stub(session).ListDetectionRules, request, "detection_rules", limit)


def _resolve(session: Session, text: str) -> str:
    """Returns the resource name of a rule: by the `id` in its text first, as that is what its author calls it."""
    known = (
        list(_rules(session, filter_=f'rule_id = "{text.lower()}"', limit=1)) if len(text) > len(short(text)) else []
    )
    if known and not text.startswith("organizations/"):
        return str(known[0].name)
    return names.resolve(
        text, session.organization, "detectionRules", lambda: _rules(session), lambda one: (one.title,)
    )


def _stub(session: Session) -> DetectionRulesServiceStub:
    return session.stub(DetectionRulesServiceStub)
