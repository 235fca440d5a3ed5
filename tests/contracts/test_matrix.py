"""The authorization matrix: every method, every role, one's own organization and another's, over every transport.

What is expected comes from the descriptors alone, so a method that is added is in the matrix at once.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from google.protobuf.message import Message

from services.mesh.calls import NO_ORGANIZATION
from services.mesh.roles import BUILT_IN, granted
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer
from services.mesh.vault import Transit
from services.roles.process import CALLING_ROLES
from tests.contracts import matrix
from tests.contracts.answers import over_grpc
from tests.contracts.catalogue import Entry, entries, request_for
from tests.contracts.conftest import Inhabited
from tests.contracts.markers import Marked, marked
from tests.contracts.matrix import Caller, Mismatch, Result
from tests.contracts.transports import Transports, transports
from tests.e2e.accounts import signed_in
from tests.e2e.members import Member
from tests.e2e.platform import Platform

TRANSPORTS = ("gRPC", "REST", "gRPC-Web", "WebSocket")
CUSTOM, NOBODY, NOWHERE, STRANGER = "custom", "no role", "no organization", "no token"
ROLES = (*BUILT_IN, CUSTOM, NOBODY, NOWHERE, STRANGER)
_CUSTOM_PERMISSIONS = frozenset({"targets.read", "targets.create", "scans.read", "findings.dismiss"})
# Google's contract gives it no HTTP binding.
_NOT_OVER_REST = {"google.longrunning.Operations.WaitOperation"}
# They end what the caller calls with.
_LAST = {"SignOut", "DeleteAccount"}
# Changes for which somebody needs a permission, and whose requests have no rule to break: they find nothing to change.
_WITHOUT_RULES = {
    "google.longrunning.Operations.CancelOperation",
    "google.longrunning.Operations.DeleteOperation",
    # Each message of a stream has its own.
    "xorb.core.v1.ImportsService.ImportFindings",
}
_READS = ("Get", "List", "Wait", "Resolve")
_AT_ONCE = 6
_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Grounds:
    """What the matrix is called on: two organizations, and the ways in."""

    platform: Platform
    ways: Transports
    inhabited: Inhabited
    stranger: Member
    custom: dict[UUID, str]

    async def caller(self, role: str, organization: UUID) -> Caller:
        """Somebody new with a role in an organization, and a session of their own."""
        if role == STRANGER:
            return Caller(role, "", None)
        roles = {CUSTOM: [self.custom[organization]], NOBODY: [], NOWHERE: []}.get(role, [role])
        where = None if role == NOWHERE else organization
        somebody = await signed_in(self.platform.environment, where, roles)
        claims = {
            "sub": f"accounts/{somebody.account}",
            "sid": str(somebody.session),
            "org": str(where or ""),
            "roles": ["owner"],
        }
        secret = (self.platform.home / "secrets" / "vault_token_security").read_text(encoding="utf-8")
        issuer = Issuer(Transit.connect(self.platform.environment["XORB_VAULT_ADDRESS"], secret))
        token = await issuer.issue(ACCOUNT_AUDIENCE, _LIFETIME, claims)
        return Caller(role, token, where, _CUSTOM_PERMISSIONS if role == CUSTOM else granted(role))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def grounds(platform: Platform, inhabited: Inhabited, stranger: Member) -> AsyncIterator[Grounds]:
    body = {"displayName": "Matrix", "permissions": sorted(_CUSTOM_PERMISSIONS)}
    custom = {
        owner.identifier: (await owner.post(f"{owner.organization}/roles", body))["name"]
        for owner in (inhabited.owner, stranger)
    }
    async with transports(platform) as ways:
        yield Grounds(platform, ways, inhabited, stranger, custom)


def over(transport: str) -> list[Entry]:
    """The methods that there are over a transport, those last that end the session."""
    found = {
        "REST": [entry for entry in entries() if str(entry) not in _NOT_OVER_REST],
        "WebSocket": [entry for entry in entries() if entry.method.streams and entry.method.bindings],
    }.get(transport, entries())
    return sorted(found, key=lambda entry: entry.method.name in _LAST)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_who_may_do_what(grounds: Grounds, transport: str, role: str) -> None:
    owner = grounds.inhabited.owner
    mismatches = await _compare(grounds, transport, await grounds.caller(role, owner.identifier), "own")
    if role not in {NOWHERE, STRANGER}:
        other = await grounds.caller(role, grounds.stranger.identifier)
        mismatches += await _compare(grounds, transport, other, "other")
    assert not mismatches, matrix.table(mismatches)


async def _compare(grounds: Grounds, transport: str, caller: Caller, whose: str) -> list[Mismatch]:
    """All answers over a transport that aren't what the contracts say."""
    way, gate = grounds.ways.ways()[transport], asyncio.Semaphore(_AT_ONCE)

    async def one(entry: Entry) -> Mismatch | None:
        sample = _on_grounds(grounds, marked(entry, str(grounds.inhabited.owner.identifier)))
        wanted = matrix.expected(entry, caller, sample.request)
        async with gate:
            result = await way(entry, sample.request, caller.token)
        got = matrix.verdict(wanted, sample, result)
        return None if got == wanted else Mismatch(transport, caller.role, whose, str(entry), wanted, got)

    found = over(transport)
    first = [entry for entry in found if entry.method.name not in _LAST]
    results = [*await asyncio.gather(*map(one, first)), *[await one(entry) for entry in found[len(first) :]]]
    return [result for result in results if result is not None]


def _on_grounds(grounds: Grounds, sample: Marked) -> Marked:
    """The request about what exists, if it breaks a rule or only reads; other handlers must find nothing to change."""
    reads = type(sample.request).__name__.startswith(_READS)
    if sample.broken or reads:
        return Marked(grounds.inhabited.existing(sample.request), sample.broken)
    return sample


INTERNAL = [entry for entry in entries() if entry.method.internal]


@pytest.mark.parametrize("process", CALLING_ROLES)
async def test_which_process_may_call_which_internal_method(platform: Platform, stranger: Member, process: str) -> None:
    token, mismatches = await platform.service_token(process), []
    for entry in INTERNAL:
        assert entry.method.policy
        allowed = f"spiffe://xorb/{process}" in entry.method.policy.spiffe_ids
        sample = marked(entry, str(stranger.identifier))
        async with platform.direct(entry.method.plane, process) as channel:
            answer = await over_grpc(channel, entry, sample.request, token)
        wanted = matrix.ALLOWED if allowed else matrix.DENIED
        got = matrix.verdict(wanted, sample, Result(answer.code, answer.reason))
        if got != wanted:
            mismatches.append(Mismatch("socket", process, "-", str(entry), wanted, got))
    assert not mismatches, matrix.table(mismatches)


def test_the_matrix_is_about_everything() -> None:
    assert len(over("gRPC")) == len(over("gRPC-Web")) == len(entries()) >= 70
    assert len(over("REST")) == len(entries()) - len(_NOT_OVER_REST)
    assert len(over("WebSocket")) >= 3
    permitted = [entry for entry in entries() if entry.method.policy and entry.method.policy.permission]
    unmarked = {str(entry) for entry in permitted if not marked(entry, str(NO_ORGANIZATION)).broken}
    assert {name for name in unmarked if not name.rpartition(".")[2].startswith(_READS)} <= _WITHOUT_RULES


@pytest.mark.parametrize(
    ("wanted", "code", "reason", "got"),
    [
        (matrix.DENIED, 3, "INVALID_FIELD", "passed (3 INVALID_FIELD)"),
        (matrix.NOT_FOUND, 3, "INVALID_FIELD", "passed (3 INVALID_FIELD)"),
        (matrix.UNAUTHENTICATED, 0, "", "passed (0 )"),
        (matrix.ALLOWED, 7, "PERMISSION_DENIED", "denied (7 PERMISSION_DENIED)"),
        (matrix.ALLOWED, 5, "NOT_FOUND", "not found (5 NOT_FOUND)"),
        (matrix.ALLOWED, 14, "UNAVAILABLE", "failed (14 UNAVAILABLE)"),
        (matrix.ABSENT, 7, "PERMISSION_DENIED", "denied"),
        (matrix.DENIED, 5, "NOT_FOUND", "not found"),
    ],
)
def test_what_is_wrong_is_noticed(wanted: str, code: int, reason: str, got: str) -> None:
    sample = Marked(_some_request(), broken=True)
    assert matrix.verdict(wanted, sample, Result(code, reason)) == got


def _some_request() -> Message:
    return request_for(entries()[0], str(NO_ORGANIZATION))
