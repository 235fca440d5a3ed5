"""Steps below the services: stores, transactions and SQL, with rollbacks, forgotten conditions and forged rows."""

import asyncio
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from xorb.core.v1 import scan_pb2

from services.core.scans import store as scans
from services.core.scans import wire
from services.core.scans.domain import LogEntry, ScanTarget
from services.core.targets import domain as targets
from services.core.targets import store as target_store
from services.mesh import identifiers
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason
from services.mesh.events import log, stream
from services.mesh.events.model import START, Position
from services.mesh.events.stream import Bell, Entry
from tests.isolation import judge, samples
from tests.isolation.plane import Cut
from tests.isolation.resources import Resources
from tests.isolation.steps import CUT, NUMBER, WHO, refused, step
from tests.isolation.tenants import Tenant

_SEVERAL = 6
_FEW = st.integers(0, 2)
_LONG = timedelta(seconds=1)
_FORGED_EVENT = (
    "INSERT INTO event_log (organization_id, id, type, resource, actor, summary, snapshot, snapshot_type, "
    "trace_context) VALUES (:other, gen_random_uuid(), '', '', '', '', '', '', '')"
)
_FORGERIES = (
    "INSERT INTO organizations VALUES (:other, 'forged', now(), now(), 1)",
    "INSERT INTO memberships VALUES (:other, :account, '{owner}', now())",
    "UPDATE idempotency_keys SET organization_id = :other",
    _FORGED_EVENT,
    "INSERT INTO scans SELECT (scans).* FROM json_populate_record(NULL::scans, CAST(:row AS json)) AS scans",
    "UPDATE targets SET organization_id = :other WHERE id = :target",
)


class RolledBackError(Exception):
    """What a step fails with on purpose, after it has written."""


def fail() -> NoReturn:
    """Fails on purpose."""
    raise RolledBackError


class Rows(Resources):
    """What code of ours could do, right or wrong."""

    position: Position = START

    def __init__(self) -> None:
        super().__init__()
        self.scan_ids = [identifiers.new() for _ in range(_SEVERAL)]
        self.evidence_ids = [identifiers.new() for _ in range(_SEVERAL)]
        self.target_ids = [identifiers.new() for _ in range(_SEVERAL)]
        self.seen = judge.seen(self.tables)

    @initialize()
    def settle(self) -> None:
        """Gives both something to be found, changed and taken for the other's."""
        self.loop.run_until_complete(self.settle_both())

    async def settle_both(self) -> None:
        """Gives each targets, a scan with evidence, findings, and tokens."""
        for tenant in self.tenants:
            for _ in range(2):
                tenant.known["targets"].made(await self.verified(tenant))
            await self.keep_a_scan(tenant, self.scan_ids[0], self.evidence_ids[0])
            await self.find_something(tenant)

    async def keep_a_scan(self, tenant: Tenant, scan: UUID, evidence: UUID) -> None:
        """Gives an organization a scan with evidence."""
        kept, content = samples.evidence(evidence, scan, self.target, tenant.marker)
        async with self.plane.database.unit(tenant.call()) as unit:
            await scans.add(
                unit, samples.scan(tenant, scan), [ScanTarget(identifiers.new(), tenant.marker, "host", "a.example")]
            )
            await scans.put_evidence(unit, kept, content)
        tenant.known["scans"].made(scan)
        tenant.known["scans"].tried.add(scan)
        tenant.evidence[scan, evidence] = True

    async def verified(self, tenant: Tenant) -> UUID:
        """Returns a new target of an organization that it may scan."""
        identifier = identifiers.new()
        async with self.plane.database.unit(tenant.call()) as unit:
            target = samples.target(tenant, identifier)
            assert await target_store.add(unit, targets.verify(target, samples.now()))
        return identifier

    @step(who=WHO, scan=_FEW, held=st.integers(0, 5), cut=CUT)
    async def store_a_scan(self, who: bool, scan: int, held: int, cut: int | None) -> None:
        """Both use the same identifiers of scans and targets, and take hold of their own targets only."""
        mine, known = self.tenants[who], self.tenants[who].known["scans"]
        added = samples.scan(mine, self.scan_ids[scan])
        target = ScanTarget(self.target_ids[held], mine.marker, "host", "example.com")

        async def work() -> str:
            try:
                async with self.plane.database.unit(mine.call()) as unit:
                    await scans.add(unit, added, [target])
                    unit.record(wire.changed("scan.created", added, (), mine.marker))
            except IntegrityError:
                return "there already"
            return "added"

        outcome = await self.heed(mine, work(), cut)
        if outcome == "there already":
            assert added.id in known.tried
        elif refused(outcome, Reason.TARGET_BUSY):
            assert target.id in known.tried
        elif outcome == "added":
            known.made(added.id)
        known.tried |= {added.id, target.id}

    @step(who=WHO, whose=WHO, number=NUMBER, admitted=WHO, cut=CUT)
    async def get_a_scan(self, who: bool, whose: bool, number: int, admitted: bool, cut: int | None) -> None:
        mine, owner, identifier = self.chosen("scans", who=who, whose=whose, number=number)
        message = scan_pb2.GetScanRequest(name=owner.resource("scans", identifier))
        outcome = await self.call(mine, "ScansService/GetScan", message, admitted=admitted, cut=cut)
        known, passes = mine.known["scans"], admitted or mine is owner
        if isinstance(outcome, Cut):
            return
        if passes and identifier in known.there:
            # Both may have a scan of this identifier; each gets its own.
            assert outcome.name == mine.resource("scans", identifier)
        elif not passes or identifier not in known.tried:
            assert refused(outcome, Reason.NOT_FOUND)

    @step(who=WHO, scan=_FEW, evidence=_FEW, cut=CUT)
    async def keep_evidence(self, who: bool, scan: int, evidence: int, cut: int | None) -> None:
        """Evidence and log of a scan of one's own, whoever has a scan of the same identifier."""
        mine, identifier = self.tenants[who], self.scan_ids[scan]
        kept, content = samples.evidence(self.evidence_ids[evidence], identifier, self.target, mine.marker)
        entry = LogEntry(identifiers.new(), samples.now(), "INFO", "http", mine.marker)

        async def work() -> str:
            try:
                async with self.plane.database.unit(mine.call()) as unit:
                    await scans.put_evidence(unit, kept, content)
                    await scans.add_log_entry(unit, identifier, entry)
            except IntegrityError:
                return "no such scan"
            return "kept"

        outcome = await self.heed(mine, work(), cut)
        known = mine.known["scans"]
        if outcome == "kept":
            assert identifier in known.tried
            mine.evidence[identifier, kept.id] = True
        elif outcome == "no such scan":
            assert identifier not in known.there
        else:
            mine.evidence.setdefault((identifier, kept.id), False)

    @step(who=WHO, named=WHO, number=NUMBER, admitted=WHO)
    async def get_evidence(self, who: bool, named: bool, number: int, admitted: bool) -> None:
        """What either keeps, at identifiers that may be the other's, too."""
        kept = sorted(self.tenants[0].evidence | self.tenants[1].evidence)
        mine, place = self.tenants[who], kept[number % len(kept)]
        name = f"{self.tenants[named].resource('scans', place[0])}/evidence/{place[1]}"
        message = scan_pb2.GetEvidenceRequest(name=name)
        outcome = await self.call(mine, "ScansService/GetEvidence", message, admitted=admitted)
        if not (admitted or who == named) or place not in mine.evidence:
            assert refused(outcome, Reason.NOT_FOUND)
        elif mine.evidence[place]:
            assert outcome.content == mine.marker.encode()

    @step(who=WHO, named=WHO, scan=_FEW, admitted=WHO, of=st.sampled_from(["Evidence", "ScanLogEntries"]))
    async def list_of_a_scan(self, who: bool, named: bool, scan: int, admitted: bool, of: str) -> None:
        mine, identifier = self.tenants[who], self.scan_ids[scan]
        request = scan_pb2.ListEvidenceRequest if of == "Evidence" else scan_pb2.ListScanLogEntriesRequest
        message = request(parent=self.tenants[named].resource("scans", identifier))
        outcome = await self.call(mine, f"ScansService/List{of}", message, admitted=admitted)
        assert not isinstance(outcome, Failure) or identifier not in mine.known["scans"].there or who != named
        assert isinstance(outcome, Failure) or identifier in mine.known["scans"].tried

    @step(who=WHO, cut=CUT)
    async def roll_back(self, who: bool, cut: int | None) -> None:
        """Everything that is written in a transaction that fails was never there."""
        mine, identifier = self.tenants[who], identifiers.new()
        scan = samples.scan(mine, identifier)
        kept, content = samples.evidence(identifiers.new(), identifier, self.target, mine.marker)

        async def work() -> str:
            try:
                async with self.plane.database.unit(mine.call()) as unit:
                    assert await target_store.add(unit, samples.target(mine, identifier))
                    await scans.add(unit, scan, [ScanTarget(identifier, mine.marker, "host", "example.com")])
                    await scans.put_evidence(unit, kept, content)
                    unit.record(wire.changed("scan.created", scan, (), mine.marker))
                    await unit.finish()
                    fail()
            except RolledBackError:
                return "rolled back"

        await self.heed(mine, work(), cut)
        for kind in ("targets", "scans"):
            mine.known[kind].gone.append(identifier)
        await self.nothing_left()

    @step(who=WHO)
    async def forget_every_condition(self, who: bool) -> None:
        """Statements without WHERE see and change the rows of one organization."""
        mine, _ = self.mine_and_other(who)
        try:
            async with self.plane.database.unit(mine.call()) as unit:
                assert set((await unit.execute(text(self.seen))).scalars()) <= {mine.organization}
                for table in ("targets", "findings", "scans"):
                    own = (await unit.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608
                    changed = await unit.execute(text(f"UPDATE {table} SET revision = revision + 1"))  # noqa: S608
                    assert changed.rowcount == own
                own = (await unit.execute(text("SELECT count(*) FROM targets"))).scalar_one()
                assert (await unit.execute(text("DELETE FROM targets"))).rowcount == own
                fail()
        except RolledBackError:
            await self.nothing_left()

    @step(who=WHO, way=st.integers(0, len(_FORGERIES) - 1))
    async def forge(self, who: bool, way: int) -> None:
        """No row can be written for, or handed over to, another organization."""
        mine, other = self.mine_and_other(who)
        target = await self.verified(mine)
        values: dict[str, object] = {"other": other.organization, "account": mine.account, "target": target}
        values["row"] = samples.forged_scan(mine, other)
        statement = text(_FORGERIES[way])
        used = {name: values[name] for name in statement.compile().params}
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            async with self.plane.database.unit(mine.call()) as unit:
                await unit.execute(statement, used)
        await self.nothing_left()

    @step(who=WHO, way=st.integers(0, 2))
    async def say_nothing(self, who: bool, way: int) -> None:
        """Who doesn't say for which organization sees nothing and writes nothing; who is in none, nothing of these."""
        mine, database = self.tenants[who], self.plane.database
        if way == 0:
            await self.nothing_left()
        elif way == 1:
            async with database.engine.connect() as connection:
                silent = Unit(connection, mine.call(), mine.organization)
                assert (await silent.execute(text(self.seen))).all() == []
                with pytest.raises(DBAPIError, match="row-level security"):
                    await target_store.add(silent, samples.target(mine, identifiers.new()))
        else:
            async with database.unit(mine.stray()) as unit:
                found = set((await unit.execute(text(self.seen))).scalars())
            assert found.isdisjoint({tenant.organization for tenant in self.tenants})

    @step(who=WHO, fails=WHO)
    async def visit(self, who: bool, fails: bool) -> None:
        """A unit that works for another organization for a while comes back, however the visit ends."""
        mine, other = self.mine_and_other(who)
        try:
            async with self.plane.database.unit(mine.call()) as unit:
                async with unit.within(other.organization):
                    assert set((await unit.execute(text(self.seen))).scalars()) <= {other.organization}
                assert set((await unit.execute(text(self.seen))).scalars()) <= {mine.organization}
                if fails:
                    async with unit.within(other.organization):
                        fail()
        except RolledBackError:
            await self.nothing_left()

    @step(cut=CUT)
    async def both_at_once(self, cut: int | None) -> None:
        """Calls of both wait for the one connection; each gets its own."""

        async def look(tenant: Tenant) -> set[Any]:
            async with self.plane.database.unit(tenant.call()) as unit:
                await unit.serialize("targets")
                first = set((await unit.execute(text(self.seen))).scalars())
                await asyncio.sleep(0)
                return first | set((await unit.execute(text(self.seen))).scalars())

        works = [self.heed(tenant, look(tenant), cut if tenant is self.tenants[0] else None) for tenant in self.tenants]
        for tenant, found in zip(self.tenants, await asyncio.gather(*works), strict=True):
            assert isinstance(found, Cut) or found <= {tenant.organization}

    @precondition(lambda self: self.last != "relay")
    @step()
    async def relay(self) -> None:
        """What the relay, which sees all, publishes to an organization's stream is the organization's own."""
        async with self.plane.relay.connect() as connection:
            events = await log.read_all(connection, type(self).position, 500)
        own = {tenant.organization for tenant in self.tenants}
        await stream.publish(self.plane.redis, [Entry(event, START) for event in events if event.organization in own])
        if events:
            type(self).position = events[-1].position
        for tenant in self.tenants:
            entries: Any = await self.plane.redis.xrange(stream.key(tenant.organization))
            assert all(tenant.owns(fields[b"e"]) for _, fields in entries)
        places = dict.fromkeys(own, START)
        bell = Bell()
        await bell.ring(self.plane.redis)
        found = await stream.read(self.plane.redis, places, count=500, block=_LONG, bell=bell)
        for organization, follow in found.items():
            assert all(entry.event.event.resource.split("/")[1] == str(organization) for entry in follow)
