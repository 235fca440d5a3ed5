"""The engagements service behind all layers."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import select, update
from xorb.common.v1.calendar_pb2 import Period, WeeklyPeriod
from xorb.core.v1.engagement_pb2 import (
    Contact,
    DeleteEngagementRequest,
    Engagement,
    GetEngagementRequest,
    ListEffortEntriesRequest,
    ListEngagementsRequest,
    RecordEffortRequest,
    UpdateEngagementRequest,
    WatchEngagementsRequest,
)

from services.core.engagements.domain import State
from services.core.engagements.efforts.store import ENTRIES
from services.core.engagements.leave import leave
from services.core.engagements.tables import ENGAGEMENTS
from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from tests.core.engagements.conftest import Client
from tests.core.engagements.test_domain import WAYS
from tests.core.harness import events, new_tenant

START = datetime(2026, 6, 1, tzinfo=UTC)
MOVES = {
    "Scope": "SCOPING",
    "Schedule": "SCHEDULED",
    "Start": "IN_PROGRESS",
    "Remediate": "REMEDIATION",
    "Close": "CLOSED",
}


async def test_what_was_agreed_is_kept(client: Client) -> None:
    target = await client.target()
    window = Period()
    window.start_time.FromDatetime(START)
    window.end_time.FromDatetime(START + timedelta(days=14))
    agreed: dict[str, Any] = {
        "description": "Before the launch",
        "targets": [target],
        "excluded_hosts": ["PAY.example.com"],
        "excluded_paths": ["/logout"],
        "excluded_addresses": ["192.0.2.7", "192.0.2.6"],
        "requests_per_second": 5,
        "rules_of_engagement": "No denial of service.",
        "contacts": [Contact(display_name="Ada, on call", email="ada@example.com", phone="+43 1 234")],
        "time_zone": "Europe/Vienna",
        "windows": [window],
        "blackouts": [window],
        "weekly_blackouts": [WeeklyPeriod(days=[WeeklyPeriod.MONDAY], start="09:00", end="24:00")],
        "hours_budget": 40.0,
        "credits_budget": 100,
    }

    drafted = await client.draft(**agreed)
    read = await client.tenant.call(client.engagements.GetEngagement, GetEngagementRequest(name=drafted.name))

    assert drafted == read
    assert read.state == Engagement.DRAFT
    expected = Engagement(**{**agreed, "excluded_hosts": ["pay.example.com"], "excluded_addresses": ["192.0.2.6/31"]})
    assert all(getattr(read, field) == getattr(expected, field) for field in agreed)


async def test_words_and_people_are_kept_sealed_only(client: Client) -> None:
    drafted = await client.draft(rules_of_engagement="open sesame", contacts=[Contact(display_name="Ali Baba")])

    logged = await events(client.database, client.tenant.organization)
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        row = (await unit.execute(ENGAGEMENTS.select())).one()

    snapshot = Engagement.FromString(logged[-1].event.snapshot)
    assert snapshot.name == drafted.name
    assert not snapshot.rules_of_engagement
    assert not snapshot.contacts
    assert b"sesame" not in row.rules
    assert b"Baba" not in row.contacts


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(State, MOVES)))
async def test_every_way_is_open_or_barred(client: Client, state: State, verb: str) -> None:
    drafted = await client.draft(targets=[await client.target()])
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        await unit.execute(update(ENGAGEMENTS).values(state=state.value))

    if MOVES[verb] in WAYS[state.name]:
        assert (await client.do(verb, drafted.name)).state == Engagement.State.Value(MOVES[verb])
    else:
        refusal = await client.tenant.refused(*client.method(verb, drafted.name))
        assert refusal.reason is Reason.ILLEGAL_TRANSITION


async def test_the_later_of_two_who_read_the_same_is_refused(client: Client) -> None:
    drafted = await client.draft()
    first = Engagement(name=drafted.name, display_name="First", etag=drafted.etag)
    second = Engagement(name=drafted.name, display_name="Second", etag=drafted.etag)

    changed = await client.tenant.call(client.engagements.UpdateEngagement, UpdateEngagementRequest(engagement=first))
    refusal = await client.tenant.refused(
        client.engagements.UpdateEngagement, UpdateEngagementRequest(engagement=second)
    )

    assert changed.display_name == "First"
    assert refusal.reason is Reason.ETAG_MISMATCH
    assert (await client.tenant.refused(*client.method("Scope", drafted.name, etag=drafted.etag))).reason is (
        Reason.ETAG_MISMATCH
    )


async def test_a_mask_changes_what_it_names_and_nothing_else(client: Client) -> None:
    drafted = await client.draft(excluded_hosts=["a.example.com"], time_zone="Europe/Vienna")
    request = UpdateEngagementRequest(
        engagement=Engagement(name=drafted.name, weekly_blackouts=[WeeklyPeriod(start="22:00", end="06:00")]),
        update_mask=FieldMask(paths=["weekly_blackouts", "excluded_hosts"]),
    )

    changed = await client.tenant.call(client.engagements.UpdateEngagement, request)

    assert (changed.time_zone, list(changed.excluded_hosts)) == ("Europe/Vienna", [])
    assert changed.weekly_blackouts[0].start == "22:00"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"time_zone": "Mars/Olympus"}, "engagement.time_zone"),
        ({"excluded_hosts": ["a b"]}, "engagement.excluded_hosts"),
        ({"excluded_hosts": ["192.0.2.1"]}, "engagement.excluded_hosts"),
        ({"excluded_addresses": ["192.0.2.1/8"]}, "engagement.excluded_addresses"),
        ({"display_name": "  "}, "engagement.display_name"),
    ],
)
async def test_what_cannot_be_understood_is_named(client: Client, fields: dict[str, Any], path: str) -> None:
    drafted = await client.draft()
    request = UpdateEngagementRequest(engagement=Engagement(name=drafted.name, **fields))

    refusal = await client.tenant.refused(client.engagements.UpdateEngagement, request)

    assert [one.field for one in refusal.fields] == [path]


async def test_targets_and_testers_are_the_organizations_own(client: Client) -> None:
    drafted, stranger = await client.draft(), await new_tenant()
    for field, name in itertools.product(("targets", "testers"), (client.tenant.name, stranger.name)):
        foreign = Engagement(name=drafted.name, **_named(field, name))
        refusal = await client.tenant.refused(
            client.engagements.UpdateEngagement, UpdateEngagementRequest(engagement=foreign)
        )
        assert refusal.reason is Reason.NOT_FOUND


async def test_only_a_draft_is_removed(client: Client) -> None:
    drafted, planned = await client.draft(), await client.draft()
    await client.do("Scope", planned.name)
    remove = client.engagements.DeleteEngagement

    await client.tenant.call(remove, DeleteEngagementRequest(name=drafted.name))
    refusal = await client.tenant.refused(remove, DeleteEngagementRequest(name=planned.name))

    gone = await client.tenant.refused(client.engagements.GetEngagement, GetEngagementRequest(name=drafted.name))
    assert gone.reason is Reason.NOT_FOUND
    assert refusal.reason is Reason.ILLEGAL_TRANSITION


async def test_effort_is_recorded(client: Client) -> None:
    drafted = await client.draft()
    request = RecordEffortRequest(name=drafted.name, hours=1.5, credits=2, request_id=str(identifiers.new()))

    once = await client.tenant.call(client.engagements.RecordEffort, request)
    again = await client.tenant.call(client.engagements.RecordEffort, request)

    assert once == again
    assert (once.hours_used, once.credits_used) == (1.5, 2)


async def test_effort_is_kept_entry_by_entry(client: Client) -> None:
    drafted = await client.draft()
    for hours, note in ((3.0, "open sesame"), (-1.0, "It was less")):
        entry = RecordEffortRequest(name=drafted.name, hours=hours, note=note, work_time=START - timedelta(days=200))
        await client.tenant.call(client.engagements.RecordEffort, entry)

    listed = await client.tenant.call(
        client.engagements.ListEffortEntries, ListEffortEntriesRequest(parent=drafted.name)
    )

    assert [(one.hours, one.note) for one in listed.effort_entries] == [(-1.0, "It was less"), (3.0, "open sesame")]
    assert listed.effort_entries[0].work_time.ToDatetime(UTC) == START - timedelta(days=200)
    assert all(one.author for one in listed.effort_entries)
    assert not any(b"sesame" in one.event.snapshot for one in await events(client.database, client.tenant.organization))
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        assert not any(b"sesame" in note for note in (await unit.execute(select(ENTRIES.c.note))).scalars())
    await client.tenant.call(client.engagements.DeleteEngagement, DeleteEngagementRequest(name=drafted.name))
    gone = ListEffortEntriesRequest(parent=drafted.name)
    assert (await client.tenant.refused(client.engagements.ListEffortEntries, gone)).reason is Reason.NOT_FOUND


@pytest.mark.parametrize("budget", [{"hours_budget": 2}, {"credits_budget": 5}])
async def test_a_spent_budget_is_told_of_once(client: Client, budget: dict[str, int]) -> None:
    drafted = await client.draft(**budget)

    async def recorded(hours: float, credit: int) -> bool:
        request = RecordEffortRequest(name=drafted.name, hours=hours, credits=credit)
        return bool((await client.tenant.call(client.engagements.RecordEffort, request)).budget_spent)

    assert [await recorded(1.5, 4), await recorded(0.5, 1), await recorded(1, 1)] == [False, True, True]
    told = [one.event.type for one in await events(client.database, client.tenant.organization)]
    assert told.count("engagement.budget_spent") == 1


@pytest.mark.parametrize(("policy", "refused"), [("WARN", False), ("REFUSE", True)])
async def test_what_is_spent_gives_leave_as_agreed(client: Client, policy: str, refused: bool) -> None:
    drafted = await client.draft(hours_budget=1, budget_policy=policy)
    await client.tenant.call(client.engagements.RecordEffort, RecordEffortRequest(name=drafted.name, hours=1))
    async with client.database.unit(call_of(client.tenant.organization)) as unit:
        given = await leave(unit, UUID(drafted.name.rpartition("/")[2]))
    assert given is not None

    if not refused:
        given.require_budget()
        return
    with pytest.raises(Failure) as refusal:
        given.require_budget()
    assert refusal.value.reason is Reason.BUDGET_SPENT
    more = UpdateEngagementRequest(engagement=Engagement(name=drafted.name, hours_budget=3))
    assert not (await client.tenant.call(client.engagements.UpdateEngagement, more)).budget_spent


async def test_lists_are_filtered(client: Client) -> None:
    target = await client.target()
    mine, other = await client.draft(display_name="Mine", targets=[target]), await client.draft(display_name="Other")
    await client.do("Scope", other.name)

    async def listed(expression: str) -> list[str]:
        request = ListEngagementsRequest(parent=client.tenant.name, filter=expression)
        response = await client.tenant.call(client.engagements.ListEngagements, request)
        return [one.name for one in response.engagements]

    assert await listed("") == [other.name, mine.name]
    assert await listed('state = "SCOPING"') == [other.name]
    assert await listed(f'targets:"{target}"') == [mine.name]


async def test_a_watch_tells_of_what_happens(client: Client) -> None:
    watch = client.engagements.WatchEngagements(
        WatchEngagementsRequest(parent=client.tenant.name), metadata=client.tenant.metadata, timeout=20
    )
    assert (await watch.read()).WhichOneof("record") == "checkpoint"

    drafted = await client.draft()

    told = (await watch.read()).event
    assert (told.metadata.type, told.engagement.name) == ("engagement.created", drafted.name)
    watch.cancel()


def _named(field: str, organization: str) -> dict[str, Any]:
    plural = {"targets": "targets", "testers": "members"}[field]
    return {field: [f"{organization}/{plural}/{identifiers.new()}"]}
