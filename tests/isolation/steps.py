"""The ground of the state machine: what a step is, how it is counted, and what holds after each."""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import asyncpg
from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from services.mesh.errors import Failure, Reason
from tests.isolation import judge
from tests.isolation.plane import Cut, Outcome, Plane, cut_off
from tests.isolation.tenants import Tenant, pair

WHO = st.booleans()
NUMBER = st.integers(0, 15)
# After how many tenths of a millisecond a call is cancelled; most aren't.
CUT = st.one_of(st.none(), st.none(), st.integers(0, 60))

_STEP_SECONDS = 30


class Machine(RuleBasedStateMachine):
    """Two organizations over one connection. The class holds what all runs share.

    Attributes:
        loop: Where everything runs.
        plane: The services.
        superuser: Whom nothing is hidden from.
        tables: The tables of organizations.
        taken: How many steps were taken, by name.
        outcomes: How calls ended.
    """

    loop: ClassVar[asyncio.AbstractEventLoop]
    plane: ClassVar[Plane]
    superuser: ClassVar[asyncpg.Connection]
    tables: ClassVar[list[str]]
    taken: ClassVar[Counter[str]] = Counter()
    outcomes: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.tenants = pair()
        self.probe = judge.probe(self.tables)
        self.last = ""

    def mine_and_other(self, who: bool) -> tuple[Tenant, Tenant]:
        """Returns who acts, and the other one."""
        return self.tenants[who], self.tenants[not who]

    async def call(
        self, tenant: Tenant, path: str, request: Message, *, cut: int | None = None, admitted: bool = False
    ) -> Outcome:
        """Returns what a call comes to, having made sure that it tells nothing of the other one and leaves nothing."""
        work = self.plane.call(tenant, f"/xorb.core.v1.{path}", request, admitted=admitted)
        return await self.heed(tenant, work, cut)

    async def heed(self, tenant: Tenant, work: Coroutine[Any, Any, object], cut: int | None = None) -> Outcome:
        """Returns what some work comes to, cut off where asked; looks at what it told and what it left behind."""
        outcome = await cut_off(work, None if cut is None else cut / 10_000)
        self.outcomes[outcome.reason.name if isinstance(outcome, Failure) else type(outcome).__name__] += 1
        if isinstance(outcome, Message):
            assert tenant.owns(outcome), outcome
        elif isinstance(outcome, Failure):
            assert tenant.owns(str(outcome)), outcome
        if isinstance(outcome, Cut):
            await self.nothing_left()
        return outcome

    async def nothing_left(self) -> None:
        """Fails where the connection's next user, who says nothing, is taken for somebody or sees anything."""
        found = await self.plane.left_over(self.probe)
        assert (found["organization"], found["account"], found["rows"]) == (None, None, 0)

    async def judged(self) -> None:
        """Fails where a row of one organization has anything of the other one."""
        for mine, other in (self.tenants, self.tenants[::-1]):
            assert await judge.mixed(self.superuser, self.tables, mine, other) == []

    def teardown(self) -> None:
        """Looks at everything that a run has left."""
        self.loop.run_until_complete(self.nothing_left())
        self.loop.run_until_complete(self.judged())


def step(**strategies: Any) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Any]:
    """Makes a coroutine method a step of the machine, counted when it has come to its end."""

    def decorate(function: Callable[..., Coroutine[Any, Any, None]]) -> Any:
        @functools.wraps(function)
        def run(self: Machine, **values: Any) -> None:
            self.loop.run_until_complete(asyncio.wait_for(function(self, **values), _STEP_SECONDS))
            self.taken[function.__name__] += 1
            self.last = function.__name__

        decorated: Any = rule(**strategies)
        return decorated(run)

    return decorate


def refused(outcome: Outcome, *reasons: Reason) -> bool:
    """Returns whether a call was refused for one of these reasons."""
    return isinstance(outcome, Failure) and outcome.reason in reasons


def is_as_if_it_were_not_there(outcome: Outcome) -> bool:
    """Returns whether a call on another organization's resource ended as one on none at all, or was cut off."""
    return isinstance(outcome, Cut) or refused(outcome, Reason.NOT_FOUND)
