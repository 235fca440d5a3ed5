"""What holds for every RPC of the contracts on the running platform, whatever it does."""

import asyncio
import re
import uuid

import pytest

from partner import CallOptions
from services.mesh.roles import granted
from tests.contracts.answers import of_response, over_grpc, over_rest
from tests.contracts.catalogue import Entry, entries, request_for
from tests.contracts.conftest import Inhabited
from tests.contracts.partner_calls import Outcome, call_all_asynchronous, call_all_blocking, reachable
from tests.e2e.members import Member, join, sign_up
from tests.e2e.platform import Platform

OK = 0
INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED = 3, 5, 7, 12, 16
# Google's contract gives it no HTTP binding.
NOT_OVER_REST = {"google.longrunning.Operations.WaitOperation"}
# It names no organization: it lists that of the token.
OF_THE_TOKEN = {"google.longrunning.Operations.ListOperations"}

PUBLIC = [entry for entry in entries() if entry.method.policy and entry.method.policy.caller == "public"]
INTERNAL = [entry for entry in entries() if entry.method.internal]
GUARDED = [entry for entry in entries() if entry not in PUBLIC and entry not in INTERNAL]
WITH_PERMISSION = [entry for entry in GUARDED if entry.method.policy and entry.method.policy.permission]
OF_AN_ORGANIZATION = [entry for entry in WITH_PERMISSION if str(entry) not in OF_THE_TOKEN]
CHANGES = [
    entry
    for entry in WITH_PERMISSION
    if entry.method.policy and entry.method.policy.permission not in granted("viewer")
]
OVER_REST = [entry for entry in GUARDED if str(entry) not in NOT_OVER_REST]


def test_the_kinds_of_methods_are_what_they_seem() -> None:
    assert len(PUBLIC) + len(INTERNAL) + len(GUARDED) == len(entries())
    assert {str(entry) for entry in entries() if not entry.method.bindings} - NOT_OVER_REST == set(map(str, INTERNAL))
    assert len(CHANGES) >= 15
    for entry in WITH_PERMISSION:
        names_one = "organizations/" in str(request_for(entry, str(uuid.uuid4())))
        assert names_one == (str(entry) not in OF_THE_TOKEN)


@pytest.mark.parametrize("token", ["", "nonsense"], ids=["none", "nonsense"])
@pytest.mark.parametrize("entry", GUARDED, ids=str)
async def test_without_a_token_nobody_comes_in(platform: Platform, entry: Entry, token: str) -> None:
    request = request_for(entry, str(uuid.uuid4()))
    assert (await over_grpc(platform.channel, entry, request, token)).code == UNAUTHENTICATED
    if entry in OVER_REST:
        answer = await over_rest(platform, entry, request, token)
        assert (answer.http, answer.code, answer.reason) == (401, UNAUTHENTICATED, "UNAUTHENTICATED")
    async with platform.direct(entry.method.plane) as channel:
        answer = await over_grpc(channel, entry, request, token)
    assert (answer.code, answer.reason) == (UNAUTHENTICATED, "UNAUTHENTICATED")


@pytest.mark.parametrize("entry", GUARDED, ids=str)
async def test_a_service_of_the_mesh_is_no_account(platform: Platform, entry: Entry) -> None:
    request, token = request_for(entry, str(uuid.uuid4())), await platform.service_token("orchestrator")
    assert (await over_grpc(platform.channel, entry, request, token)).code in {UNAUTHENTICATED, PERMISSION_DENIED}
    if entry in OVER_REST:
        assert (await over_rest(platform, entry, request, token)).http == 401
    for identity in ("orchestrator", "edge"):
        async with platform.direct(entry.method.plane, identity) as channel:
            assert (await over_grpc(channel, entry, request, token)).code == UNAUTHENTICATED


@pytest.mark.parametrize("entry", OF_AN_ORGANIZATION, ids=str)
async def test_what_is_anothers_looks_like_what_is_nobodys(
    platform: Platform, inhabited: Inhabited, stranger: Member, entry: Entry
) -> None:
    anothers = inhabited.existing(request_for(entry, str(inhabited.owner.identifier)))
    nobodys = request_for(entry, str(uuid.uuid4()))
    expected = await over_grpc(platform.channel, entry, nobodys, stranger.token)
    assert (expected.code, expected.reason) == (NOT_FOUND, "NOT_FOUND")
    assert await over_grpc(platform.channel, entry, anothers, stranger.token) == expected
    if _names_a_part(entry):
        own = request_for(entry, str(stranger.identifier))
        assert await over_grpc(platform.channel, entry, own, stranger.token) == expected
    if entry in OVER_REST:
        over_http = await over_rest(platform, entry, nobodys, stranger.token)
        assert (over_http.http, over_http.code, over_http.reason) == (404, NOT_FOUND, "NOT_FOUND")
        assert (over_http.message, over_http.details) == (expected.message, expected.details)
        assert await over_rest(platform, entry, anothers, stranger.token) == over_http


@pytest.mark.parametrize("entry", [entry for entry in OF_AN_ORGANIZATION if entry not in CHANGES], ids=str)
async def test_its_own_organization_is_let_in(platform: Platform, inhabited: Inhabited, entry: Entry) -> None:
    """The control of the test above: what is refused to strangers is there. What would change it is left out."""
    request = inhabited.existing(request_for(entry, str(inhabited.owner.identifier)))
    assert (await over_grpc(platform.channel, entry, request, inhabited.owner.token)).code == OK


async def test_nobody_signs_in_to_another_organization(platform: Platform, inhabited: Inhabited) -> None:
    (_, credentials), nobody = await sign_up(platform), Member(platform, "", "")
    session = await nobody.post("sessions:sign-in", credentials)
    tries = {"sign-in": credentials, "refresh": {"refreshToken": session["refreshToken"]}}
    for verb, body in tries.items():
        answers = [
            of_response(await nobody.respond("POST", f"sessions:{verb}", {**body, "organization": organization}))
            for organization in (inhabited.owner.organization, f"organizations/{uuid.uuid4()}")
        ]
        assert (answers[0].http, answers[0].reason) == (404, "NOT_FOUND")
        assert answers[0] == answers[1]
    await nobody.post("sessions:refresh", tries["refresh"])


@pytest.mark.parametrize("entry", CHANGES, ids=str)
async def test_a_viewer_changes_nothing(platform: Platform, inhabited: Inhabited, viewer: Member, entry: Entry) -> None:
    request = inhabited.existing(request_for(entry, str(viewer.identifier)))
    answer = await over_grpc(platform.channel, entry, request, viewer.token)
    assert (answer.code, answer.reason) == (PERMISSION_DENIED, "PERMISSION_DENIED")
    over_http = await over_rest(platform, entry, request, viewer.token)
    assert (over_http.http, over_http.reason, over_http.message) == (403, "PERMISSION_DENIED", answer.message)


@pytest.mark.parametrize("entry", WITH_PERMISSION, ids=str)
async def test_without_a_role_there_is_nothing(
    platform: Platform, inhabited: Inhabited, guest: Member, entry: Entry
) -> None:
    request = inhabited.existing(request_for(entry, str(guest.identifier)))
    answer = await over_grpc(platform.channel, entry, request, guest.token)
    assert (answer.code, answer.reason) == (PERMISSION_DENIED, "PERMISSION_DENIED")


@pytest.mark.parametrize("entry", INTERNAL, ids=str)
async def test_internal_methods_are_not_there_at_the_edge(platform: Platform, stranger: Member, entry: Entry) -> None:
    request = request_for(entry, str(stranger.identifier))
    [caller] = entry.method.policy.spiffe_ids if entry.method.policy else ()
    rightful = await platform.service_token(caller.rpartition("/")[2])
    for token in (stranger.token, rightful, ""):
        assert (await over_grpc(platform.channel, entry, request, token)).code in {NOT_FOUND, UNIMPLEMENTED}
        response = await platform.rest("POST", entry.method.grpc_path, {}, token=token)
        assert of_response(response).http == 404


@pytest.mark.parametrize("entry", INTERNAL, ids=str)
async def test_internal_methods_know_their_callers(platform: Platform, stranger: Member, entry: Entry) -> None:
    request = request_for(entry, str(stranger.identifier))
    [caller] = entry.method.policy.spiffe_ids if entry.method.policy else ()
    other = "security" if caller.endswith("/core") else "core"
    async with platform.direct(entry.method.plane) as channel:
        assert (await over_grpc(channel, entry, request)).code == UNAUTHENTICATED
        answer = await over_grpc(channel, entry, request, stranger.token)
        assert (answer.code, answer.reason) == (PERMISSION_DENIED, "PERMISSION_DENIED")
    async with platform.direct(entry.method.plane, other) as channel:
        answer = await over_grpc(channel, entry, request, await platform.service_token(other))
        assert (answer.code, answer.reason) == (PERMISSION_DENIED, "PERMISSION_DENIED")


@pytest.mark.parametrize("name", ["", "operations", "operations/", "organizations/x/scans/y"])
async def test_an_operation_has_a_name(platform: Platform, stranger: Member, name: str) -> None:
    named = [entry for entry in entries() if entry.method.external and str(entry) not in OF_THE_TOKEN]
    for entry in named:
        answer = await over_grpc(platform.channel, entry, entry.request(name=name), stranger.token)
        assert (answer.code, answer.reason) == (INVALID_ARGUMENT, "INVALID_NAME")


async def test_partners_reach_every_method_over_grpcio(platform: Platform) -> None:
    partner = await join(platform)
    options, organization = CallOptions(token=partner.token), str(partner.identifier)
    outcomes = await asyncio.to_thread(lambda: list(call_all_blocking(platform.address, options, organization)))
    _check(outcomes)


async def test_partners_reach_every_method_over_grpclib(platform: Platform) -> None:
    partner = await join(platform)
    options = CallOptions(token=partner.token)
    _check(await call_all_asynchronous(platform.address, options, str(partner.identifier)))


def _check(outcomes: list[Outcome]) -> None:
    """Each call was answered by its handler: it did its work, or was refused for a reason that its contract names."""
    assert [outcome.entry for outcome in outcomes] == reachable()
    for entry, failure in ((outcome.entry, outcome.failure) for outcome in outcomes):
        if failure is not None:
            # Whatever names a resource may be told that it isn't there.
            assert failure.reason in {*entry.method.reasons, "NOT_FOUND"}, (str(entry), failure)
    assert sum(outcome.failure is None for outcome in outcomes) >= 10


def _names_a_part(entry: Entry) -> bool:
    """Whether the request is about a resource of an organization that may not exist.

    The organization itself does, and so does what every organization has exactly one of (AIP-156).
    """
    request = str(request_for(entry, str(uuid.uuid4())))
    names = re.findall(r'^(?:\w+ \{\n\s*)?(?:name|parent): "([^"]+)"', request, re.MULTILINE)
    return any(name.removeprefix("operations/").count("/") > 1 and "-" in name.rpartition("/")[2] for name in names)
