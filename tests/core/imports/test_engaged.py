"""Imports of an engagement's tests."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from xorb.core.v1 import import_pb2

from services.core.engagements import store as engagements
from services.core.engagements.domain import State, Terms, draft
from services.core.engagements.timeline import store as timeline
from services.core.engagements.timeline import wire as timeline_wire
from services.core.findings import store as findings
from services.core.imports import store
from services.core.targets import domain as target_domain
from services.core.targets import store as targets
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Reason
from services.mesh.testing import call_of
from tests.core.findings import samples
from tests.core.harness import events, new_tenant
from tests.core.imports.conftest import Importer

NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def engaged(database: Database, importer: Importer, state: State = State.IN_PROGRESS) -> tuple[str, UUID, UUID]:
    """An engagement in a state, the target in its scope, and one outside of it."""
    organization = importer.tenant.organization
    registered = []
    async with database.unit(call_of(organization)) as unit:
        for _ in range(2):
            address = target_domain.Address(target_domain.Kind.HOST, f"{identifiers.new()}.example.com")
            registered.append(target_domain.register(identifiers.new(), address, NOW))
            await targets.add(unit, registered[-1])
        terms = Terms("Spring test", targets=(registered[0].id,))
        engagement = replace(draft(identifiers.new(), terms, "", NOW), state=state)
        await engagements.add(unit, engagement)
    return f"{importer.tenant.name}/engagements/{engagement.id}", registered[0].id, registered[1].id


async def refused(importer: Importer, **fields: str) -> Reason:
    """Why an import isn't begun."""
    request = import_pb2.CreateImportRequest(parent=importer.tenant.name, file_import=import_pb2.Import(**fields))  # type: ignore[arg-type]  # of the test's choice
    return (await importer.tenant.refused(importer.stub.CreateImport, request)).reason


async def test_it_is_listed_and_on_the_timeline(importer: Importer, database: Database) -> None:
    name, inside, _ = await engaged(database, importer)
    await importer.begin()
    begun = await importer.begin(engagement=name, target=f"{importer.tenant.name}/targets/{inside}")

    assert begun.engagement == name
    request = import_pb2.ListImportsRequest(parent=importer.tenant.name, filter=f'engagement = "{name}"')
    listed = await importer.tenant.call(importer.stub.ListImports, request)
    assert [one.name for one in listed.imports] == [begun.name]
    created = (await events(database, importer.tenant.organization))[-1]
    everything = timeline_wire.seen({"scans.read", "imports.read"})
    assert timeline_wire.belongs(name, created, everything)
    assert not timeline_wire.belongs(name, created, timeline_wire.seen({"scans.read"}))
    async with database.unit(call_of(importer.tenant.organization)) as unit:
        for kinds, shown in ((everything, ["import.created"]), (frozenset[str](), [])):
            statement = await timeline.events(unit, UUID(name[-36:]), name, kinds)
            assert [row.type for row in await unit.execute(statement)] == shown


async def test_what_is_outside_the_scope_is_refused_or_counted(importer: Importer, database: Database) -> None:
    name, inside, outside = await engaged(database, importer)
    theirs = f"{importer.tenant.name}/targets/{outside}"
    assert await refused(importer, engagement=name, target=theirs) is Reason.OUTSIDE_SCOPE
    begun = UUID((await importer.begin(engagement=name)).name[-36:])
    seen = [replace(samples.WEAKNESS, target=one) for one in (inside, outside, None)]

    async with database.unit(call_of(importer.tenant.organization)) as unit:
        found = [samples.finding(weakness=one, scan=None) for one in seen]
        await findings.write(unit, [replace(one, imported=begun) for one in found])
        assert await store.outside_scope(unit, await store.get(unit, begun)) == 2


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED, State.CLOSED])
async def test_tests_have_begun(importer: Importer, database: Database, state: State) -> None:
    name, _, _ = await engaged(database, importer, state)

    assert await refused(importer, engagement=name) is Reason.ENGAGEMENT_NOT_UNDER_WAY


async def test_it_is_an_engagement_of_the_organization(importer: Importer) -> None:
    unknown = f"{importer.tenant.name}/engagements/{identifiers.new()}"
    another = f"{(await new_tenant()).name}/engagements/{identifiers.new()}"

    for name in (unknown, another):
        assert await refused(importer, engagement=name) is Reason.NOT_FOUND
