"""How a finding is changed inside a transaction, by its own service and by others that decide about it."""

from datetime import UTC, datetime
from uuid import UUID

from services.core.findings import domain, store, wire
from services.core.findings.deadlines import clocks
from services.core.findings.domain import Finding, State
from services.mesh import etags, names
from services.mesh.database import Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event

TOPIC = "findings"
"""What transactions that change findings serialize on."""


async def move(unit: Unit, finding_id: UUID, state: State, *, reason: str = "", verb: str) -> Finding:
    """Moves a finding to another state, writes it with its event, and returns it.

    Args:
        unit: The caller's transaction; nothing may have been written in it yet, or it has serialized on `TOPIC`.
        finding_id: The finding.
        state: Where it goes; any but DUPLICATE.
        reason: Why it is dismissed.
        verb: What happened, in the past tense: `finding.{verb}` is the event.

    Raises:
        Failure: NOT_FOUND; there is no such finding. ILLEGAL_TRANSITION; its state doesn't lead there.
    """
    await unit.serialize(TOPIC)
    current = await find(unit, finding_id)
    changed = domain.move(current, state, now(), reason)
    return await save(unit, changed, verb)


async def restore(unit: Unit, finding: Finding, state: State, verb: str = "reactivated") -> Finding:
    """Gives a finding the state back that it had before its risk was accepted, or before it waited for a re-test.

    Args:
        unit: The caller's transaction, which has serialized on `TOPIC`.
        finding: The finding as it is.
        state: What it was.
        verb: What happened, in the past tense.

    Raises:
        Failure: ILLEGAL_TRANSITION; it is neither accepted nor waiting.
    """
    changed = domain.restore(finding, state, now())
    return await save(unit, changed, verb)


async def find(unit: Unit, finding_id: UUID, etag: str = "") -> Finding:
    """Returns a finding.

    Args:
        unit: The transaction.
        finding_id: The finding.
        etag: What its reader saw; empty for whatever it is now.

    Raises:
        Failure: NOT_FOUND; there is no such finding. ETAG_MISMATCH; it was changed since.
    """
    finding = await store.get(unit, finding_id)
    if finding is None:
        raise not_found(wire.name(unit.organization, finding_id))
    etags.require(etag, wire.etag(finding))
    return finding


async def require(unit: Unit, name: str) -> UUID:
    """Returns the identifier of a finding that there is, without reading it.

    Raises:
        Failure: INVALID_NAME; it isn't a finding's name. NOT_FOUND; there is no such finding.
    """
    _, finding = names.parse(wire.FINDING, name)
    if not await store.exists(unit, finding):
        raise not_found(name)
    return finding


async def save(unit: Unit, changed: Finding, verb: str) -> Finding:
    """Writes a changed finding, its clock and its event; returns it with its deadline as it is now."""
    await store.save(unit, changed)
    shown = clocks.shown(changed, await clocks.keep(unit, [changed.id]))
    unit.record(event(unit.organization, shown, verb))
    return shown


def event(organization: UUID, finding: Finding, verb: str) -> Event:
    """Returns the event of a change, with the finding as it is now."""
    message = wire.logged(organization, finding)
    summary = f"{finding.weakness.wording.title} on {finding.weakness.asset} was {verb}"
    return Event(f"finding.{verb}", message.name, summary, message.SerializeToString(), wire.SNAPSHOT)


def now() -> datetime:
    """Returns the time, in UTC."""
    return datetime.now(UTC)
