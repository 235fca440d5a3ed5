"""`xorb audit`: who did, tried and was refused what."""

from typing import Annotated

import typer
from xorb.core.v1 import audit_pb2, audit_pb2_grpc

from cli import admission, context, people
from cli.context import OutputOption


def audit(
    call: typer.Context,
    expression: Annotated[str, typer.Option("--filter", help="AIP-160, such as: outcome = AUDIT_OUTCOME_DENIED")] = "",
    own: Annotated[bool, typer.Option("--own", help="Your own account's trail, sign-ins above all.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="At most this many; 0 for all.")] = 50,
    output: OutputOption = None,
) -> None:
    """Lists the audit trail, the newest first."""
    shared = context.of(call)
    stub = shared.session.stub(audit_pb2_grpc.AuditServiceStub)
    if own:
        account = people.own_account(shared.session)
        mine = audit_pb2.ListAccountAuditEntriesRequest(parent=account, filter=expression)
        found = shared.session.pages(stub.ListAccountAuditEntries, mine, "audit_entries", limit)
    else:
        request = audit_pb2.ListAuditEntriesRequest(parent=shared.session.organization, filter=expression)
        found = shared.session.pages(stub.ListAuditEntries, request, "audit_entries", limit)
    shared.printer(output).many(found, admission.AUDIT, "There is no such entry.")
