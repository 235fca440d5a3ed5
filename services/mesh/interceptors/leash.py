"""Ends a stream from outside, while its handler waits for something to say."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from google.protobuf.message import Message

from services.mesh.errors import Failure


class Leash:
    """What holds a stream until it is pulled.

    The handler runs in the task that gRPC writes from, so ending it costs an open stream nothing until then: no task
    of its own, and no race for each record. A stream that is being written to its reader ends after that record.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._failure: Failure | None = None
        self._cancelled = False

    def pull(self, failure: Failure) -> None:
        """Makes the stream end with a failure; only the first counts."""
        if self._failure is not None:
            return
        self._failure = failure
        if self._task is not None:
            self._cancelled = self._task.cancel()

    async def hold(self, responses: AsyncIterator[Message]) -> AsyncGenerator[Message, None]:
        """Yields the responses.

        Raises:
            Failure: The leash was pulled.
        """
        try:
            while (response := await self._next(responses)) is not None:
                yield response
        finally:
            if isinstance(responses, AsyncGenerator):
                await responses.aclose()

    async def _next(self, responses: AsyncIterator[Message]) -> Message | None:
        self._check()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        before, self._task = task.cancelling(), task
        response: Message | None = None
        try:
            response = await anext(responses, None)
        except asyncio.CancelledError:
            if not self._cancelled or task.uncancel() > before:
                raise
        else:
            if self._cancelled:
                # The handler didn't heed the cancellation; it ends all the same.
                task.uncancel()
        finally:
            self._task = None
        self._check()
        return response

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
