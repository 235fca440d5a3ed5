"""Decides whether the caller may make this call, by the method's policy and the organization of the names in it.

What an account may do is not in its token: it is asked on every call, and for a stream again whenever it changes.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial

from google.protobuf.message import Message

from services.mesh import names, requests
from services.mesh.access.model import Access, Standing
from services.mesh.calls import NO_ORGANIZATION, Call
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.sharing import require_unchanged
from services.mesh.interceptors.layer import Context, Gate, Request, Stream, Unary
from services.mesh.interceptors.leash import Leash
from services.mesh.policies import Method, Policy

_WAITING = frozenset({"/google.longrunning.Operations/WaitOperation"})
"""Methods that answer once, and may take a minute for it: who may not any more isn't answered."""

_AT_THE_PROVIDER = (
    "The organization requires a second factor, and your identity provider didn't say that it asked for one. "
    "Sign in there with one, or ask an administrator."
)


class Authorization(Gate):
    """The layer that lets pass only what the contract allows.

    Args:
        access: Who may do what; None for a process that serves no accounts.
    """

    def __init__(self, access: Access | None) -> None:
        self._access = access

    async def open(self, call: Call, method: Method, context: Context) -> None:
        """Checks the caller against the policy.

        Raises:
            Failure: UNAUTHENTICATED for a caller of the wrong kind or an ended session, PERMISSION_DENIED,
                ORGANIZATION_SUSPENDED, ORGANIZATION_DELETED, SECOND_FACTOR_REQUIRED, NOT_FOUND where it is gone,
                UNAVAILABLE where nobody can say what the caller may do.
        """
        policy, caller = method.policy, call.caller
        if policy.public:
            call.admitted = True
            return
        if policy.internal_callers:
            if caller.subject not in policy.internal_callers:
                raise Failure(Reason.PERMISSION_DENIED, "This method is for services of the mesh only.")
            call.organization = caller.organization
            return
        if not (caller.is_account or caller.is_service_account):
            raise Failure(Reason.UNAUTHENTICATED)
        if caller.is_service_account and policy.authenticated and not policy.service_accounts:
            raise Failure(Reason.PERMISSION_DENIED, "This method is for people; API keys can't call it.")
        _admit(call, policy, await self._access.standing(caller) if self._access else None)

    async def admit(self, call: Call, method: Method, message: Message) -> None:
        """Checks that every name in the request is of the call's organization; another one's looks like none.

        Raises:
            Failure: INVALID_NAME, NOT_FOUND.
        """
        for reference in requests.names(message):
            if reference.organization is None or method.policy.public:
                continue
            if method.policy.internal_callers and call.organization == NO_ORGANIZATION:
                call.organization = reference.organization
            if method.policy.permission or method.policy.internal_callers:
                _require_same(call, reference)
        call.admitted = True

    async def unary(self, call: Call, method: Method, request: Request, context: Context, proceed: Unary) -> Message:
        """Lets the call pass; one that waits ends as soon as it wouldn't pass any more."""
        answer = partial(super().unary, call, method, request, context, proceed)
        if self._access is None or method.path not in _WAITING:
            return await answer()

        async def once() -> AsyncIterator[Message]:
            yield await answer()

        async with aclosing(self._held(self._access, call, method.policy, once())) as held:
            return await anext(held)

    async def stream(
        self, call: Call, method: Method, request: Request, context: Context, proceed: Stream
    ) -> AsyncIterator[Message]:
        """Lets the call pass, and ends it as soon as it wouldn't pass any more."""
        policy, responses = method.policy, super().stream(call, method, request, context, proceed)
        if self._access is None or policy.public or policy.internal_callers:
            async for response in responses:
                yield response
            return
        async with aclosing(self._held(self._access, call, policy, responses)) as held:
            async for response in held:
                yield response

    async def _held(
        self, access: Access, call: Call, policy: Policy, responses: AsyncIterator[Message]
    ) -> AsyncGenerator[Message, None]:
        leash = Leash()

        def told(standing: Standing | None) -> None:
            try:
                _admit(call, policy, standing)
                require_unchanged(call)
            except Failure as failure:
                leash.pull(failure)

        # Followed before it is opened: a change in between is told.
        with access.following(call.caller, told):
            async with aclosing(leash.hold(responses)) as held:
                async for response in held:
                    yield response


def _admit(call: Call, policy: Policy, standing: Standing | None) -> None:
    """Says in the call what its caller may do now, and refuses what the policy doesn't allow, or nobody can say."""
    if standing is None:
        raise Failure(Reason.UNAVAILABLE)
    if not standing.session_lives:
        raise Failure(Reason.SESSION_REVOKED)
    if policy.authenticated and call.caller.confined and not policy.confined_sessions:
        raise Failure(Reason.PERMISSION_DENIED, "Single sign-on reaches your organization only. Sign in for yourself.")
    if policy.permission and standing.organization_gone:
        raise not_found(names.join("organizations", call.caller.organization))
    if policy.permission and policy.permission not in standing.permissions:
        if standing.organization_deleted:
            raise Failure(Reason.ORGANIZATION_DELETED)
        if standing.organization_suspended:
            raise Failure(Reason.ORGANIZATION_SUSPENDED)
        if standing.second_factor_missing:
            raise Failure(Reason.SECOND_FACTOR_REQUIRED, _AT_THE_PROVIDER if call.caller.confined else "")
        raise Failure(Reason.PERMISSION_DENIED, f"Your roles don't grant {policy.permission}.")
    call.caller = call.caller.allowed(standing.roles, standing.permissions)
    call.organization = call.caller.organization if standing.member else NO_ORGANIZATION


def _require_same(call: Call, reference: requests.Reference) -> None:
    if reference.organization != call.organization:
        raise not_found(reference.name)
