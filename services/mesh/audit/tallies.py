"""Decisions waiting for their rows, in bounded memory: equal ones are counted, and too many different ones as well."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.mesh.audit.model import DENIED, Decision, Row, unlisted
from services.mesh.calls import NO_ORGANIZATION

PERIOD = 60.0
"""Seconds within which equal decisions share two rows: one at once, one at the end."""

_LOGS = 1_000


@dataclass(slots=True)
class _Tally:
    resource: str
    last: datetime
    until: float
    count: int = 1
    written: int = 0


class Tallies:
    """Counts decisions by what they have in common.

    Args:
        most: Different decisions of one kind (denied, or not) in all logs in a period.
        most_of_one: The same for one log: nobody's flood takes the rows of others.
    """

    def __init__(self, most: int = 600, most_of_one: int = 60) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._tallies: dict[Decision, _Tally] = {}
        self._room: Counter[tuple[UUID | None, bool]] = Counter()
        self._unlisted: Counter[UUID] = Counter()
        self._unlisted_due = 0.0

    def __len__(self) -> int:
        return len(self._tallies) + len(self._unlisted)

    def add(self, decision: Decision, resource: Callable[[], str], now: float) -> bool:
        """Counts a decision; returns whether it is the first of its kind, which has a row to be written soon.

        Args:
            decision: What was decided.
            resource: Says about which resource; only the first of equal decisions is asked.
            now: Seconds on a clock that doesn't jump.
        """
        tally = self._tallies.get(decision)
        if tally is not None:
            tally.count += 1
            tally.last = datetime.now(UTC)
            return False
        if not self._takes_place(decision):
            self._leave_out(decision.log, now)
            return False
        self._tallies[decision] = _Tally(resource(), datetime.now(UTC), now + PERIOD)
        return True

    def due(self, now: float, most: int) -> list[Row]:
        """Returns rows to be written now: first ones, and what was repeated in a period that has ended."""
        rows: list[Row] = []
        for decision, tally in self._tallies.items():
            if len(rows) == most:
                return rows
            if tally.count > tally.written and (tally.written == 0 or now >= tally.until):
                rows.append(Row(decision, tally.resource, tally.last, tally.count - tally.written))
        if self._unlisted and now >= self._unlisted_due:
            time = datetime.now(UTC)
            rows += [unlisted(log, count, time) for log, count in self._unlisted.most_common(most - len(rows))]
        return rows

    def written(self, rows: Iterable[Row], now: float) -> None:
        """Notes that rows are in the log, and forgets periods that have ended and are in it entirely."""
        for row in rows:
            tally = self._tallies.get(row.decision)
            if tally is not None:
                tally.written += row.occurrences
            else:
                self._unlisted[row.decision.log] -= row.occurrences
        self._unlisted = +self._unlisted
        ended = [
            decision for decision, tally in self._tallies.items() if now >= tally.until and tally.count == tally.written
        ]
        for decision in ended:
            del self._tallies[decision]
            for place in _places(decision):
                self._room[place] -= 1
        self._room = +self._room

    def _takes_place(self, decision: Decision) -> bool:
        own, all_logs = _places(decision)
        if self._room[own] >= self._most_of_one or self._room[all_logs] >= self._most:
            return False
        self._room[own] += 1
        self._room[all_logs] += 1
        return True

    def _leave_out(self, log: UUID, now: float) -> None:
        if not self._unlisted:
            self._unlisted_due = now + PERIOD
        known = log in self._unlisted or len(self._unlisted) < _LOGS
        self._unlisted[log if known else NO_ORGANIZATION] += 1


def _places(decision: Decision) -> tuple[tuple[UUID | None, bool], tuple[UUID | None, bool]]:
    denied = decision.outcome == DENIED
    return (decision.log, denied), (None, denied)
