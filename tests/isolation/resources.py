"""Steps through the services: each resource made, read, listed and changed by its owner and by the other one."""

import asyncio
from uuid import UUID

from google.longrunning import operations_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.stateful import precondition
from xorb.core.v1 import activity_pb2, finding_pb2, scan_pb2, target_pb2

from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from tests.isolation.plane import Cut
from tests.isolation.steps import CUT, NUMBER, WHO, Machine, is_as_if_it_were_not_there, refused, step
from tests.isolation.tenants import Tenant

_LISTS: dict[str, tuple[str, type[Message], str]] = {
    "targets": ("TargetsService/ListTargets", target_pb2.ListTargetsRequest, "targets"),
    "findings": ("FindingsService/ListFindings", finding_pb2.ListFindingsRequest, "findings"),
    "scans": ("ScansService/ListScans", scan_pb2.ListScansRequest, "scans"),
    "activity": ("ActivityService/ListActivity", activity_pb2.ListActivityRequest, "events"),
}
_MOVES: dict[str, type[Message]] = {
    "Triage": finding_pb2.TriageFindingRequest,
    "Resolve": finding_pb2.ResolveFindingRequest,
    "Dismiss": finding_pb2.DismissFindingRequest,
    "Reopen": finding_pb2.ReopenFindingRequest,
}
_OPERATIONS = "/google.longrunning.Operations"
_WATCH = "/xorb.core.v1.FindingsService/WatchFindings"
# Temporal takes as long as a hundred other steps.
_MOST_ORDERS = 2
_OWN_STATE = (Reason.ILLEGAL_TRANSITION, Reason.NOT_FOUND)


class Resources(Machine):
    """What callers can do."""

    def __init__(self) -> None:
        super().__init__()
        self.request_ids = [str(identifiers.new()) for _ in range(4)]
        self.sighting_ids = [str(identifiers.new()) for _ in range(6)]
        self.target = identifiers.new()
        self.orders = 0

    def chosen(self, kind: str, *, who: bool, whose: bool, number: int) -> tuple[Tenant, Tenant, UUID]:
        """Returns who acts, whose resource it is meant to be, and the resource."""
        mine, owner = self.tenants[who], self.tenants[whose]
        return mine, owner, owner.known[kind].choose(number)

    @step(who=WHO, number=st.integers(0, 5), request=st.one_of(st.none(), st.integers(0, 3)), cut=CUT)
    async def make_a_target(self, who: bool, number: int, request: int | None, cut: int | None) -> None:
        """Both use the same addresses and the same request identifiers; neither stands in the other's way."""
        mine, other = self.mine_and_other(who)
        known, host = mine.known["targets"], f"host-{number}.example.com"
        identifier = "" if request is None else self.request_ids[request]
        target = target_pb2.Target(host=host, display_name=f"{mine.marker} {number}")
        message = target_pb2.CreateTargetRequest(parent=mine.name, target=target, request_id=identifier)
        outcome = await self.call(mine, "TargetsService/CreateTarget", message, cut=cut)
        if refused(outcome, Reason.ALREADY_EXISTS):
            assert host in known.tried
        elif refused(outcome, Reason.REQUEST_ID_REUSED):
            assert identifier in known.tried
        elif not isinstance(outcome, Cut):
            made = UUID(outcome.name.removeprefix(f"{mine.name}/targets/"))
            assert made not in other.known["targets"].there
            if made not in known.gone:
                known.made(made)
        known.tried |= {host, identifier}

    @step(who=WHO, whose=WHO, named=WHO, number=NUMBER, admitted=WHO)
    async def get_a_target(self, who: bool, whose: bool, named: bool, number: int, admitted: bool) -> None:
        mine, owner, identifier = self.chosen("targets", who=who, whose=whose, number=number)
        message = target_pb2.GetTargetRequest(name=self.tenants[named].resource("targets", identifier))
        outcome = await self.call(mine, "TargetsService/GetTarget", message, admitted=admitted)
        if mine is not owner or identifier in owner.known["targets"].gone:
            assert refused(outcome, Reason.NOT_FOUND)
        elif identifier in owner.known["targets"].there and who == named:
            assert outcome.name == message.name

    @step(who=WHO, whose=WHO, number=NUMBER, admitted=WHO, cut=CUT)
    async def change_a_target(self, who: bool, whose: bool, number: int, admitted: bool, cut: int | None) -> None:
        mine, owner, identifier = self.chosen("targets", who=who, whose=whose, number=number)
        target = target_pb2.Target(name=owner.resource("targets", identifier), display_name=f"{mine.marker} changed")
        mask = FieldMask(paths=["display_name"])
        message = target_pb2.UpdateTargetRequest(target=target, update_mask=mask)
        outcome = await self.call(mine, "TargetsService/UpdateTarget", message, admitted=admitted, cut=cut)
        if mine is not owner or identifier in owner.known["targets"].gone:
            assert is_as_if_it_were_not_there(outcome)

    @step(who=WHO, whose=WHO, number=NUMBER, admitted=WHO, cut=CUT)
    async def remove_a_target(self, who: bool, whose: bool, number: int, admitted: bool, cut: int | None) -> None:
        mine, owner, identifier = self.chosen("targets", who=who, whose=whose, number=number)
        known = owner.known["targets"]
        message = target_pb2.DeleteTargetRequest(name=owner.resource("targets", identifier))
        outcome = await self.call(mine, "TargetsService/DeleteTarget", message, admitted=admitted, cut=cut)
        if mine is not owner or identifier in known.gone:
            assert is_as_if_it_were_not_there(outcome)
            return
        assert identifier not in known.there or not isinstance(outcome, Failure)
        known.removed(identifier, surely=not isinstance(outcome, Cut))

    @step(who=WHO, scan=st.integers(0, 2), check=st.integers(0, 4), sighting=st.integers(0, 5), cut=CUT)
    async def see_a_weakness(self, who: bool, scan: int, check: int, sighting: int, cut: int | None) -> None:
        """Both report the same sightings of the same scans and targets, by their identifiers."""
        mine, identifier = self.tenants[who], self.sighting_ids[sighting]
        known, message = mine.known["sightings"], self.sighting(mine, UUID(int=scan), check, identifier)
        outcome = await self.call(mine, "SightingsService/RecordSightings", message, cut=cut)
        if not isinstance(outcome, Cut):
            assert not isinstance(outcome, Failure), outcome
            assert outcome.repeated_count == 0 or identifier in known.tried
            assert outcome.scan_finding_count <= len(known.tried | {identifier})
        known.tried.add(identifier)

    def sighting(self, tenant: Tenant, scan: UUID, check: int, identifier: str) -> Message:
        """Returns the request that reports one sighting."""
        finding = finding_pb2.Finding(
            target=tenant.resource("targets", self.target),
            check=f"http.check-{check}",
            asset="example.com",
            location="https://example.com/",
            title=f"{tenant.marker} {check}",
            severity="MEDIUM",
            evidence=tenant.marker,
        )
        report = finding_pb2.SightingReport(sighting_id=identifier, executor="http", finding=finding)
        report.time.GetCurrentTime()
        name = tenant.resource("scans", scan)
        return finding_pb2.RecordSightingsRequest(parent=tenant.name, scan=name, sightings=[report])

    async def find_something(self, tenant: Tenant) -> None:
        """Gives an organization a finding, and a token of the list and of the watch of findings."""
        for check in range(2):
            message = self.sighting(tenant, UUID(int=0), check, str(identifiers.new()))
            assert not isinstance(await self.call(tenant, "SightingsService/RecordSightings", message), Failure)
            tenant.known["sightings"].tried.add(check)
        for kind, (path, request, field) in _LISTS.items():
            page = await self.call(tenant, path, request(parent=tenant.name, page_size=1))
            self.learn(tenant, kind, list(getattr(page, field)), page.next_page_token)
        records = await self.plane.watch(tenant, _WATCH, finding_pb2.WatchFindingsRequest(parent=tenant.name))
        tenant.resume_tokens.append(records[-1].resume_token)

    @step(who=WHO, whose=WHO, named=WHO, number=NUMBER, admitted=WHO, cut=CUT)
    async def get_a_finding(
        self, who: bool, whose: bool, named: bool, number: int, admitted: bool, cut: int | None
    ) -> None:
        """The hot read, which has no unit of work."""
        mine, owner, identifier = self.chosen("findings", who=who, whose=whose, number=number)
        message = finding_pb2.GetFindingRequest(name=self.tenants[named].resource("findings", identifier))
        outcome = await self.call(mine, "FindingsService/GetFinding", message, admitted=admitted, cut=cut)
        if mine is not owner:
            assert is_as_if_it_were_not_there(outcome)
        elif who == named and identifier in owner.known["findings"].there and not isinstance(outcome, Cut):
            assert outcome.name == message.name

    @step(who=WHO, whose=WHO, number=NUMBER, verb=st.sampled_from(sorted(_MOVES)), admitted=WHO, cut=CUT)
    async def move_a_finding(
        self, who: bool, whose: bool, number: int, verb: str, admitted: bool, cut: int | None
    ) -> None:
        mine, owner, identifier = self.chosen("findings", who=who, whose=whose, number=number)
        message = _MOVES[verb](name=owner.resource("findings", identifier))
        if isinstance(message, finding_pb2.DismissFindingRequest):
            message.reason = mine.marker
        outcome = await self.call(mine, f"FindingsService/{verb}Finding", message, admitted=admitted, cut=cut)
        if mine is not owner:
            assert is_as_if_it_were_not_there(outcome)
        else:
            assert isinstance(outcome, (Cut, finding_pb2.Finding)) or refused(outcome, *_OWN_STATE)

    @step(who=WHO, whose=WHO, number=NUMBER, admitted=WHO)
    async def list_sightings(self, who: bool, whose: bool, number: int, admitted: bool) -> None:
        mine, owner, identifier = self.chosen("findings", who=who, whose=whose, number=number)
        message = finding_pb2.ListSightingsRequest(parent=owner.resource("findings", identifier))
        outcome = await self.call(mine, "FindingsService/ListSightings", message, admitted=admitted)
        if mine is not owner:
            assert refused(outcome, Reason.NOT_FOUND)
        elif identifier in owner.known["findings"].there:
            assert all(sighting.name.startswith(f"{message.parent}/") for sighting in outcome.sightings)

    @step(who=WHO, kind=st.sampled_from(sorted(_LISTS)), size=st.integers(1, 9), cut=CUT)
    async def list_from_the_beginning(self, who: bool, kind: str, size: int, cut: int | None) -> None:
        mine, _ = self.mine_and_other(who)
        path, request, field = _LISTS[kind]
        outcome = await self.call(mine, path, request(parent=mine.name, page_size=size), cut=cut)
        if not isinstance(outcome, Cut):
            self.learn(mine, kind, list(getattr(outcome, field)), outcome.next_page_token)

    @step(who=WHO, whose=WHO, kind=st.sampled_from(sorted(_LISTS)), size=st.integers(1, 9), number=NUMBER)
    async def list_on_with_a_token(self, who: bool, whose: bool, kind: str, size: int, number: int) -> None:
        """A page token of the other one is no token."""
        mine, owner = self.tenants[who], self.tenants[whose]
        path, request, field = _LISTS[kind]
        tokens = owner.page_tokens[kind]
        token = tokens[number % len(tokens)] if tokens else "invented"
        message = request(parent=mine.name, page_size=size, page_token=token)
        outcome = await self.call(mine, path, message)
        if mine is not owner or not tokens:
            assert refused(outcome, Reason.INVALID_PAGE_TOKEN)
        else:
            self.learn(mine, kind, list(getattr(outcome, field)), outcome.next_page_token)

    @step(who=WHO, whose=WHO, number=NUMBER)
    async def watch_findings(self, who: bool, whose: bool, number: int) -> None:
        """A resume token of the other one is no token."""
        mine, owner = self.tenants[who], self.tenants[whose]
        token = owner.resume_tokens[number % len(owner.resume_tokens)] if owner.resume_tokens else ""
        message = finding_pb2.WatchFindingsRequest(parent=mine.name, resume_token=token)
        outcome = await self.heed(mine, self.plane.watch(mine, _WATCH, message))
        if token and mine is not owner:
            assert refused(outcome, Reason.INVALID_RESUME_TOKEN)
            return
        assert isinstance(outcome, list)
        for record in outcome:
            assert mine.owns(record)
            assert record.WhichOneof("record") != "event" or record.event.finding.name.startswith(f"{mine.name}/")
        mine.resume_tokens = [*mine.resume_tokens[-7:], outcome[-1].resume_token]

    @precondition(lambda self: self.orders < _MOST_ORDERS)
    @step(who=WHO)
    async def order_a_scan(self, who: bool) -> None:
        """The workflow's identifier is the operation's: another one's can be neither seen nor stopped."""
        mine, other = self.mine_and_other(who)
        self.orders += 1
        target = await self.verified(mine)
        scan = scan_pb2.Scan(display_name=mine.marker, targets=[mine.resource("targets", target)])
        message = scan_pb2.CreateScanRequest(parent=mine.name, scan=scan)
        operation = await self.call(mine, "ScansService/CreateScan", message)
        assert isinstance(operation, operations_pb2.Operation)
        assert operation.name.startswith(f"operations/{mine.name}/scans/")
        try:
            await self.operations_are_apart(mine, other, operation.name)
        finally:
            await self.plane.temporal.get_workflow_handle(operation.name.removeprefix("operations/")).terminate()

    async def operations_are_apart(self, mine: Tenant, other: Tenant, name: str) -> None:
        """Fails where the other one can do anything with an operation, under its name or its own."""
        own = name.replace(str(mine.organization), str(other.organization))
        for request, method in (
            (operations_pb2.GetOperationRequest(name=name), "GetOperation"),
            (operations_pb2.CancelOperationRequest(name=own), "CancelOperation"),
            (operations_pb2.WaitOperationRequest(name=own), "WaitOperation"),
        ):
            work = self.plane.call(other, f"{_OPERATIONS}/{method}", request, admitted=True)
            assert refused(await self.heed(other, work), Reason.NOT_FOUND)
        async with asyncio.timeout(10):
            while name not in await self.operations(mine):  # noqa: ASYNC110 - Temporal lists with a delay
                await asyncio.sleep(0.02)
        assert name not in await self.operations(other)

    async def operations(self, tenant: Tenant) -> list[str]:
        """Returns the names of the operations that an organization lists, all of which must be its own."""
        request = operations_pb2.ListOperationsRequest()
        listed = await self.heed(tenant, self.plane.call(tenant, f"{_OPERATIONS}/ListOperations", request))
        assert isinstance(listed, operations_pb2.ListOperationsResponse)
        assert all(operation.name.startswith(f"operations/{tenant.name}/") for operation in listed.operations)
        return [operation.name for operation in listed.operations]

    async def verified(self, tenant: Tenant) -> UUID:
        """Returns a new target of an organization that it may scan."""
        raise NotImplementedError

    def learn(self, tenant: Tenant, kind: str, listed: list[Message], token: str) -> None:
        """Takes note of a page, all of whose entries must be the organization's own."""
        for entry in listed:
            name = str(getattr(entry, "name"))  # noqa: B009 - every resource has one
            assert name.startswith(f"{tenant.name}/"), name
            identifier = UUID(name.rpartition("/")[2])
            assert identifier not in tenant.known[kind].gone
            if kind == "findings":
                tenant.known[kind].made(identifier)
        if token:
            tenant.page_tokens[kind] = [*tenant.page_tokens[kind][-7:], token]
