"""The service that changes many findings at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import finding_change_pb2 as pb
from xorb.core.v1 import finding_change_pb2_grpc, finding_pb2

from services.core.findings import changes, domain, store, wire
from services.core.findings.bulk.domain import WAYS, Action, Change, Outcome, Way, outcome
from services.core.findings.deadlines import clocks
from services.core.findings.domain import Finding
from services.core.findings.notes.mentions import Colleagues
from services.core.findings.search import store as listing
from services.mesh import calls, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.mesh.texts import storable

_MEMBER = "organizations/{organization}/members/{member}"
_USUAL = 200


@dataclass
class FindingChangesServicer(finding_change_pb2_grpc.FindingChangesServiceServicer):
    """Serves `xorb.core.v1.FindingChangesService`.

    Args:
        database: Where findings are.
        pager: Cuts what is to be changed into batches.
        colleagues: Says who is a member; asked before a transaction, never in one.
    """

    database: Database
    pager: Pager
    colleagues: Colleagues

    async def ChangeFindings(self, request: pb.ChangeFindingsRequest, context: Context) -> pb.ChangeFindingsResponse:
        """Changes a batch of findings."""
        way = _allowed(Action(request.action))
        if not request.filter.strip() and not request.query.strip():
            raise invalid_field("filter", "Say which findings: all of an organization are never changed at once.")
        change = await self._change(request, Action(request.action), way)
        scope = f"ChangeFindings:{request.parent}:{request.query}:{request.action}"
        wanted = PageRequest(scope, request.page_size or _USUAL, request.page_token, request.filter)
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            page = await listing.page(unit, self.pager, wanted, request.query)
            found = [await store.finding(row, unit.open) for row in page.rows]
            made = outcome(found, change)
            if not request.validate_only:
                await _write(unit, made.changed, way.verb)
            return unit.reply(_response(unit.organization, len(found), made, page.next_page_token))

    async def _change(self, request: pb.ChangeFindingsRequest, action: Action, way: Way) -> Change:
        """Returns what is done to each finding."""
        now, state = changes.now(), way.state
        if state is None:
            assignee = await self._assignee(request) if action is Action.ASSIGN else None
            return lambda finding: domain.assign(finding, assignee, now)
        reason = storable(request.reason).strip()
        if (action is Action.DISMISS) != bool(reason):
            raise invalid_field("reason", "Say why they are dismissed, and nothing where they aren't.")
        return lambda finding: finding if finding.state is state else domain.move(finding, state, now, reason)

    async def _assignee(self, request: pb.ChangeFindingsRequest) -> UUID:
        (organization,) = names.parse("organizations/{organization}", request.parent)
        owner, account = names.parse(_MEMBER, request.assignee)
        if owner != organization or not await self.colleagues.includes(organization, account):
            raise invalid_field("assignee", "it is no member who can work in the organization")
        return account


def _allowed(action: Action) -> Way:
    """Returns what an action comes to.

    Raises:
        Failure: PERMISSION_DENIED; the caller may not do it to a single finding.
    """
    way = WAYS[action]
    if way.permission not in calls.current().caller.permissions:
        raise Failure(Reason.PERMISSION_DENIED)
    return way


async def _write(unit: Unit, changed: Sequence[Finding], verb: str) -> None:
    """Writes changed findings with their clocks and events, in a constant number of statements."""
    if changed:
        await store.write(unit, changed)
        due = await clocks.keep(unit, [finding.id for finding in changed])
        for finding in changed:
            unit.record(changes.event(unit.organization, clocks.shown(finding, due), verb))


def _response(organization: UUID, matched: int, made: Outcome, token: str) -> pb.ChangeFindingsResponse:
    return pb.ChangeFindingsResponse(
        matched_count=matched,
        changed_count=len(made.changed),
        unchanged_count=made.unchanged,
        refusals=[
            pb.ChangeFindingsResponse.Refusal(
                state=finding_pb2.Finding.State.Name(one.state),
                count=one.count,
                message=one.message,
                finding=wire.name(organization, one.finding),
            )
            for one in made.refusals
        ],
        next_page_token=token,
    )
