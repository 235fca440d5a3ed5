"""What trackers do to findings: these follow their issues, and comments there become notes here."""

from datetime import UTC, datetime
from uuid import UUID

from services.core.findings import changes
from services.core.findings.domain import State
from services.core.findings.notes import domain, store, wire
from services.mesh import identifiers
from services.mesh.database import Unit

_OPEN = frozenset({State.OPEN, State.TRIAGED, State.IN_REMEDIATION})
_FIXED = frozenset({State.READY_FOR_RETEST, State.RESOLVED})


async def follow(unit: Unit, finding: UUID, closed: bool) -> None:
    """Has a finding follow its issue: closed, it is ready for a re-test; opened again, open."""
    await unit.serialize(changes.TOPIC)
    state = (await changes.find(unit, finding)).state
    if closed and state in _OPEN:
        await changes.move(unit, finding, State.READY_FOR_RETEST, verb="ready_for_retest")
    elif not closed and state in _FIXED:
        await changes.move(unit, finding, State.OPEN, verb="reopened")


async def say(unit: Unit, finding: UUID, author: str, words: str) -> None:
    """Writes a note of somebody outside; nobody is mentioned by it.

    Args:
        unit: The transaction.
        finding: The finding.
        author: The resource name of the channel by which it came.
        words: Markdown, as untrusted as any note's.
    """
    note = domain.write(finding, words, author, (), datetime.now(UTC), identifiers.new)
    await store.add(unit, note)
    unit.record(wire.event(unit.organization, note, "created"))
