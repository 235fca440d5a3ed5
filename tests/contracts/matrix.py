"""What the contracts say that each caller may do, and whether an answer says the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from google.protobuf.message import Message

from services.mesh import requests
from services.mesh.errors import Failure
from tests.contracts.catalogue import Entry
from tests.contracts.markers import Marked

ALLOWED, DENIED, NOT_FOUND, UNAUTHENTICATED, ABSENT = "allowed", "denied", "not found", "unauthenticated", "absent"
_CODES = {16: UNAUTHENTICATED, 7: DENIED, 5: NOT_FOUND, 12: ABSENT}
_BROKEN = frozenset({2, 4, 8, 13, 14, 15})
_ROW = "{:<10} {:<18} {:<6} {:<60} {:<16} {}"


@dataclass(frozen=True)
class Caller:
    """Somebody who calls.

    Attributes:
        role: What the table calls them.
        token: Their access token; empty for none.
        organization: The organization of the token; None for none.
        permissions: What the contracts' permissions come to for the role.
    """

    role: str
    token: str
    organization: UUID | None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Result:
    """What one call came to."""

    code: int
    reason: str


@dataclass(frozen=True)
class Mismatch:
    """An answer that isn't what the contract says."""

    transport: str
    role: str
    whose: str
    method: str
    expected: str
    got: str

    def __str__(self) -> str:
        return _ROW.format(self.transport, self.role, self.whose, self.method, self.expected, self.got)


def table(mismatches: Iterable[Mismatch]) -> str:
    """The mismatches as a person reads them."""
    heading = _ROW.format("transport", "role", "whose", "method", "expected", "got")
    return "\n".join(["", heading, *map(str, mismatches)])


def expected(entry: Entry, caller: Caller, request: Message) -> str:
    """What the method's policy says about a call."""
    policy = entry.method.policy
    assert policy is not None
    if entry.method.internal:
        return ABSENT
    if policy.caller == "public":
        return ALLOWED
    if not caller.token:
        return UNAUTHENTICATED
    if policy.caller == "authenticated":
        return ALLOWED
    if policy.permission not in caller.permissions:
        return DENIED
    return ALLOWED if named(request) <= {caller.organization} else NOT_FOUND


def verdict(wanted: str, marked: Marked, result: Result) -> str:
    """What an answer says about the decision: `wanted`, or what came instead."""
    got = _CODES.get(result.code, "")
    if wanted == ABSENT and got in {NOT_FOUND, ABSENT}:
        return wanted
    if wanted == ALLOWED and _passed(marked, result):
        return wanted
    if got and wanted != ALLOWED:
        return got
    return f"{got or ('passed' if result.code in {0, 3} else 'failed')} ({result.code} {result.reason})"


def _passed(marked: Marked, result: Result) -> bool:
    """Whether somebody behind authorization answered."""
    if marked.broken:
        return (result.code, result.reason) == (3, "INVALID_FIELD")
    # Without a rule to break, only what a handler says tells: done, or that what was named isn't there.
    return result.code not in {7, 16} and result.code not in _BROKEN


def named(request: Message) -> set[UUID | None]:
    """The organizations that a request names."""
    try:
        return {one.organization for one in requests.names(request) if one.organization is not None}
    except Failure:
        return set()
