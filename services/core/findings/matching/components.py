"""Connected components (union-find) of findings, some of which are kept apart."""

from collections.abc import Iterable
from uuid import UUID


class Components:
    """Findings, each in one component with those it was joined with."""

    def __init__(self, separated: Iterable[tuple[UUID, UUID]] = ()) -> None:
        """Takes the pairs that are in no component together."""
        self._parent: dict[UUID, UUID] = {}
        self._apart: dict[UUID, set[UUID]] = {}
        for one, other in separated:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def find(self, finding: UUID) -> UUID:
        """Returns what stands for the finding's component."""
        root = finding
        while (parent := self._parent.get(root)) is not None:
            root = parent
        while finding != root:
            self._parent[finding], finding = root, self._parent[finding]
        return root

    def join(self, one: UUID, other: UUID) -> bool:
        """Makes two components one, unless a pair in them is separated; returns whether they are one."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        if any(self.find(enemy) == other for enemy in self._apart.get(one, ())):
            return False
        self._parent[other] = one
        if enemies := self._apart.pop(other, None):
            self._apart.setdefault(one, set()).update(enemies)
        return True
