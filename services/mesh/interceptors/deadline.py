"""Gives every call with one response an end: the caller's deadline, or ours."""

import asyncio

from google.protobuf.message import Message

from services.mesh.calls import Call
from services.mesh.errors import Failure, Reason
from services.mesh.interceptors.layer import Context, Layer, Request, Unary
from services.mesh.policies import Method

DEFAULT_SECONDS = 30.0
# A caller may ask for less; for more, it would hold what others wait for.
LONGEST_SECONDS = 60.0


class Deadline(Layer):
    """The layer that ends what takes too long. Streams live as long as their caller wants."""

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Returns the response.

        Raises:
            Failure: DEADLINE_EXCEEDED.
        """
        given = context.time_remaining()
        seconds = DEFAULT_SECONDS if given is None else min(given, LONGEST_SECONDS)
        call.deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout(seconds):
                return await proceed(request)
        except TimeoutError as error:
            raise Failure(Reason.DEADLINE_EXCEEDED) from error
