"""Decides whether the caller may make this call, by the method's policy and the organization of the names in it."""

from google.protobuf.message import Message

from services.mesh import requests
from services.mesh.calls import NO_ORGANIZATION, Call
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.interceptors.layer import Context, Gate
from services.mesh.policies import Method


class Authorization(Gate):
    """The layer that lets pass only what the contract allows."""

    async def open(self, call: Call, method: Method, context: Context) -> None:
        """Checks the caller against the policy.

        Raises:
            Failure: UNAUTHENTICATED for a caller of the wrong kind, PERMISSION_DENIED.
        """
        policy, caller = method.policy, call.caller
        if policy.public:
            return
        is_service = caller.subject.startswith("spiffe://")
        if policy.internal_callers:
            if caller.subject not in policy.internal_callers:
                raise Failure(Reason.PERMISSION_DENIED, "This method is for services of the mesh only.")
        elif is_service:
            raise Failure(Reason.UNAUTHENTICATED)
        elif policy.permission and policy.permission not in caller.permissions:
            raise Failure(Reason.PERMISSION_DENIED, f"Your roles don't grant {policy.permission}.")
        call.organization = caller.organization

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


def _require_same(call: Call, reference: requests.Reference) -> None:
    if reference.organization != call.organization:
        raise not_found(reference.name)
