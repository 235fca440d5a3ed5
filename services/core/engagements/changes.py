"""How an engagement is changed inside a transaction: found, checked, written and told of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from xorb.core.v1 import engagement_pb2

from services.core.engagements import store, wire
from services.core.engagements.domain import Engagement, Terms
from services.mesh import etags, names
from services.mesh.database import Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event

TOPIC = "engagements"
"""What transactions that change engagements are serialized on."""

Missing = Callable[[Unit, Sequence[UUID]], Awaitable[list[UUID]]]
"""Returns those of some identifiers that there is nothing with."""


async def find_to_change(unit: Unit, name: str, etag: str = "") -> Engagement:
    """Returns the engagement of a name; nobody else changes one until the transaction ends.

    Raises:
        Failure: INVALID_NAME, NOT_FOUND, ETAG_MISMATCH.
    """
    _, identifier = names.parse(wire.PATTERN, name)
    await unit.serialize(TOPIC)
    row = await store.get(unit, identifier)
    if row is None:
        raise not_found(name)
    engagement = await store.engagement(row, unit.open)
    etags.require(etag, wire.etag(engagement))
    return engagement


class Scans(Protocol):
    """The scans of engagements, as engagements know them."""

    async def halt(self, unit: Unit, engagement: UUID, reason: str) -> int:
        """Cancels all scans of an engagement that haven't ended; returns how many."""

    async def wake(self, unit: Unit, engagement: UUID) -> None:
        """Has the scans that wait for a window look again."""


@dataclass(frozen=True)
class Known:
    """What knows of targets and members; each returns those of some identifiers that there aren't."""

    missing_targets: Missing
    missing_members: Missing

    async def require(self, unit: Unit, terms: Terms, before: Terms | None = None) -> None:
        """Checks that the targets and testers that terms add are the organization's.

        Raises:
            Failure: NOT_FOUND.
        """
        targets, testers = (before.targets, before.testers) if before else ((), ())
        for target in await self.missing_targets(unit, _added(terms.targets, targets)):
            raise not_found(wire.target_name(unit.organization, target))
        for tester in await self.missing_members(unit, _added(terms.testers, testers)):
            raise not_found(wire.member_name(unit.organization, tester))


async def saved(unit: Unit, engagement: Engagement, verb: str) -> engagement_pb2.Engagement:
    """Writes a changed engagement, records what happened to it, and returns its message as the reply."""
    await store.save(unit, engagement)
    return recorded(unit, engagement, verb)


def warn(unit: Unit, before: Engagement, after: Engagement) -> None:
    """Records that what was agreed is used, where a change has brought that about."""
    if after.budget_spent and not before.budget_spent:
        shown = wire.logged(unit.organization, after)
        summary = f"The budget of engagement {after.terms.display_name} is spent"
        unit.record(Event("engagement.budget_spent", shown.name, summary, shown.SerializeToString(), wire.SNAPSHOT))


def recorded(unit: Unit, engagement: Engagement, verb: str) -> engagement_pb2.Engagement:
    """Records what happened to an engagement, and returns its message as the reply."""
    shown = wire.logged(unit.organization, engagement)
    summary = f"Engagement {engagement.terms.display_name} was {verb}"
    unit.record(Event(f"engagement.{verb}", shown.name, summary, shown.SerializeToString(), wire.SNAPSHOT))
    return unit.reply(wire.message(unit.organization, engagement), sealed=True)


def _added(now: tuple[UUID, ...], before: tuple[UUID, ...]) -> list[UUID]:
    return [one for one in now if one not in before]
