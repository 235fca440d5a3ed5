"""Whatever two organizations do, in whatever order, cut off and rolled back: neither meets the other's rows."""

import asyncio
import contextlib
import logging
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping

import asyncpg
import pytest
import uvloop
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RULE_MARKER, run_state_machine_as_test

from services.mesh.events import log
from tests.isolation import judge
from tests.isolation.plane import Plane, opened
from tests.isolation.rows import Rows

STEPS = int(os.environ.get("XORB_ISOLATION_STEPS", "20000"))
STEPS_EACH = 200
# Some runs end early.
_USUAL_STEPS = 160
_ENOUGH = 5000
_LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def wired(environment: Mapping[str, str], superuser_dsn: str) -> Iterator[None]:
    """Gives the machine what its runs share, in an event loop of its own."""
    loop = uvloop.new_event_loop()
    stack = contextlib.AsyncExitStack()
    try:
        Rows.loop, Rows.taken, Rows.outcomes = loop, Counter(), Counter()
        Rows.plane = loop.run_until_complete(stack.enter_async_context(opened(environment)))
        Rows.superuser = loop.run_until_complete(asyncpg.connect(superuser_dsn))
        stack.push_async_callback(Rows.superuser.close)
        Rows.tables = loop.run_until_complete(judge.tables(Rows.superuser))
        loop.run_until_complete(skip_the_past(Rows.plane))
        yield
    finally:
        loop.run_until_complete(stack.aclose())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def skip_the_past(plane: Plane) -> None:
    """Moves the relay to the end of the log."""
    async with plane.relay.connect() as connection:
        while events := await log.read_all(connection, Rows.position, 500):
            Rows.position = events[-1].position


def explore(environment: Mapping[str, str], superuser_dsn: str, steps: int) -> None:
    """Lets the two do things until they have taken so many steps; raises what goes wrong."""
    with wired(environment, superuser_dsn):
        while (missing := steps - Rows.taken.total()) > 0:
            run_state_machine_as_test(
                Rows,
                settings=settings(
                    max_examples=math.ceil(missing / _USUAL_STEPS),
                    stateful_step_count=STEPS_EACH,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                    deadline=None,
                    database=None,
                    report_multiple_bugs=False,
                ),
            )


@pytest.mark.timeout(300 + STEPS // 20)
async def test_two_organizations_never_meet(database_environment: dict[str, str], superuser_dsn: str) -> None:
    # Hypothesis waits for no coroutine, and this thread's loop is needed: it reads what PostgreSQL logs.
    await asyncio.to_thread(explore, database_environment, superuser_dsn, STEPS)
    _LOG.info("%d steps: %s; outcomes: %s", Rows.taken.total(), dict(Rows.taken), dict(Rows.outcomes))
    if STEPS >= _ENOUGH:
        # Otherwise it would have proved nothing: all was tried; calls went well, were refused, and were cut off.
        assert set(Rows.taken) == {name for name in dir(Rows) if hasattr(getattr(Rows, name), RULE_MARKER)}
        kinds = ("Target", "Finding", "Scan", "Evidence", "NOT_FOUND", "INVALID_PAGE_TOKEN", "Cut")
        assert all(Rows.outcomes[kind] > STEPS // 1000 for kind in kinds)
