"""Tells the audit trail what was decided about a call: each refusal, and each outcome of an audited method.

A change needs nothing here, because its event is in the log with its transaction. What has no transaction of its own
is only noted, which costs the caller nothing: a refusal takes as long as it would without.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

from google.protobuf.message import Message

from services.mesh import requests, statuses
from services.mesh.audit.model import DENIED, FAILED, SUCCEEDED, Decision
from services.mesh.audit.trail import Trail
from services.mesh.calls import NO_ORGANIZATION, Call
from services.mesh.errors import Code, Failure
from services.mesh.interceptors.layer import Context, Layer, Request, Stream, Unary
from services.mesh.policies import Method

_REFUSALS = frozenset({Code.UNAUTHENTICATED, Code.PERMISSION_DENIED})


class Audit(Layer):
    """The layer that remembers decisions. A process without a log has nothing to tell."""

    def __init__(self, trail: Trail | None) -> None:
        self._trail = trail

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Returns the response."""
        try:
            response = await proceed(request)
        except (asyncio.CancelledError, Exception) as error:
            self._failed(call, method, request, error)
            raise
        self._succeeded(call, method, request)
        return response

    async def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Yields the responses. An audited stream counts when it begins to answer, and one that is cut off again."""
        begun = False
        try:
            async for response in proceed(request):
                if not begun:
                    begun = True
                    self._succeeded(call, method, request)
                yield response
        except Exception as error:
            self._failed(call, method, request, error)
            raise

    def _succeeded(self, call: Call, method: Method, request: Request) -> None:
        if method.policy.audited and not call.recorded:
            self._note(call, request, SUCCEEDED, "")

    def _failed(self, call: Call, method: Method, request: Request, error: BaseException) -> None:
        failure = statuses.from_exception(error)
        if failure is not None and _denies(call, failure):
            self._note(call, request, DENIED, failure.reason.name)
        elif method.policy.audited:
            cancelled = isinstance(error, asyncio.CancelledError)
            self._note(
                call, request, FAILED, failure.reason.name if failure else "CANCELLED" if cancelled else "INTERNAL"
            )

    def _note(self, call: Call, request: Request, outcome: str, reason: str) -> None:
        if self._trail is None:
            return
        caller = call.caller
        decision = Decision(_log(call), caller.subject, call.address, caller.session, call.method, outcome, reason)
        self._trail.note(decision, partial(_resource, call, request))


def _denies(call: Call, failure: Failure) -> bool:
    """Whether it is a refusal: another organization's name is answered like one that doesn't exist."""
    code = failure.reason.code
    return code in _REFUSALS or (code is Code.NOT_FOUND and not call.admitted)


def _log(call: Call) -> UUID:
    """Returns whose log it is: the caller's own organization's, whatever was asked for; else the account's."""
    if call.caller.organization != NO_ORGANIZATION:
        return call.caller.organization
    if call.caller.account is not None:
        return call.caller.account
    kind, _, identifier = call.concerns.partition("/")
    # A public call may be about an account, or about a part of an organization that it has proved to be of.
    return UUID(identifier.partition("/")[0]) if kind in {"accounts", "organizations"} else NO_ORGANIZATION


def _resource(call: Call, request: Request) -> str:
    """Returns what a call is about: the first name in its request, as far as it is of a name's form."""
    if call.concerns or not isinstance(request, Message):
        return call.concerns
    try:
        return next((reference.name for reference in requests.names(request)), "")
    except Failure:
        return ""
