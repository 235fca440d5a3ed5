"""What the loss of a component looks like, and how long to wait before asking it again."""

import asyncio

import asyncpg
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from services.mesh.transactions import DatabaseLost

REDIS_LOST = (RedisError, OSError, TimeoutError)
"""Redis is gone, restarts, hangs, or is out of memory."""

DATABASE_LOST = (DatabaseLost, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""PostgreSQL is gone, restarts, or hangs; before a connection stands, asyncpg's own errors come through."""


class Backoff:
    """Waits that grow by half each time, from `first` to `longest` seconds."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    async def wait(self) -> None:
        """Waits, longer than the last time."""
        delay, self._next = self._next, min(self._next * 1.5, self._longest)
        await asyncio.sleep(delay)

    def reset(self) -> None:
        """Begins again with the shortest wait."""
        self._next = self._first


def heed_cancellation() -> None:
    """Ends a task that was cancelled while it talked to Redis.

    redis-py sends under `asyncio.wait_for`, which in Python 3.11 loses a cancellation that comes as the sending ends
    (https://github.com/python/cpython/issues/86296); a loop that relies on it alone may never end.

    Raises:
        CancelledError: The running task was cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
