"""The command line's entry: `xorb`, or `python -m cli`."""

import sys
from pathlib import Path
from typing import Annotated

import grpc
import typer

from cli import context, server
from cli.commands import (
    acceptances,
    account,
    activity,
    api_keys,
    attachments,
    audit,
    changing,
    checklists,
    connections,
    dashboard,
    deadlines,
    engagements,
    factors,
    findings,
    history,
    imports,
    invitations,
    matching,
    members,
    notes,
    notifications,
    organizations,
    passwords,
    reports,
    retests,
    roles,
    rules,
    scans,
    schedules,
    search,
    service_accounts,
    sessions,
    severities,
    status,
    targets,
    views,
)
from cli.errors import ERROR, CliError, describe
from cli.output import Format
from cli.text import clean

app = typer.Typer(
    name="xorb",
    help="XORB from the terminal: register targets, have them tested, watch, and work findings to closure.",
    epilog=(
        "Exit codes: 0 well; 1 error; 2 wrong usage; 3 the scan or import failed; 4 findings at or above --fail-on; "
        "130 Ctrl-C."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _function in (
    account.login,
    account.logout,
    account.whoami,
    account.token,
    activity.watch,
    audit.audit,
    dashboard.dashboard,
    search.search,
    status.status,
):
    app.command()(_function)
app.command("import")(imports.import_)
app.add_typer(passwords.app, name="account")
app.add_typer(sessions.app, name="sessions")
app.add_typer(factors.app, name="factors")
app.add_typer(organizations.app, name="organizations")
app.add_typer(members.app, name="members")
app.add_typer(invitations.app, name="invitations")
app.add_typer(roles.app, name="roles")
app.add_typer(connections.app, name="connections")
app.add_typer(service_accounts.app, name="service-accounts")
app.add_typer(api_keys.app, name="api-keys")
app.add_typer(targets.app, name="targets")
engagements.app.add_typer(checklists.app, name="checklist")
engagements.app.add_typer(schedules.app, name="schedules")
app.add_typer(engagements.app, name="engagement")
app.add_typer(scans.app, name="scan")
findings.app.command()(history.history)
findings.app.command()(severities.severity)
findings.app.command()(changing.change)
findings.app.add_typer(views.app, name="views")
for command in matching.COMMANDS:
    findings.app.command()(command)
app.add_typer(findings.app, name="findings")
app.add_typer(rules.app, name="rules")
app.add_typer(retests.app, name="retest")
app.add_typer(acceptances.app, name="acceptances")
app.add_typer(deadlines.app, name="deadlines")
app.add_typer(notes.app, name="notes")
app.add_typer(attachments.app, name="attachments")
app.add_typer(reports.app, name="report")
app.add_typer(notifications.app, name="notification")


@app.callback()
def _globals(
    call: typer.Context,
    address: Annotated[
        str, typer.Option("--server", envvar="XORB_SERVER", help="Where XORB answers.")
    ] = server.DEFAULT,
    ca_file: Annotated[
        Path | None, typer.Option(envvar="XORB_CA_FILE", help="Certificates to trust (PEM), for https.")
    ] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to print.")] = Format.TABLE,
) -> None:
    shared = context.create(address, ca_file, output)
    call.obj = shared
    call.call_on_close(shared.session.close)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and returns the exit code; what goes wrong is one line on stderr.

    Args:
        arguments: The words after `xorb`; those of the process where None.
    """
    try:
        app(sys.argv[1:] if arguments is None else arguments, prog_name="xorb")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except CliError as error:
        return _fail(str(error), error.exit_code)
    except grpc.RpcError as error:
        return _fail(describe(error), ERROR)
    return 0


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"xorb: {clean(message)}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
