"""The mesh: who comes in, what can't be forged, certificates that change under load, failures that don't multiply."""

import asyncio
import ssl
import stat
import time
import urllib.error
from pathlib import Path

import grpc
import grpc.aio
import pytest
from cryptography import x509
from xorb.core.v1 import organization_pb2, organization_pb2_grpc

from services.mesh.peers import HEADER
from stack import http
from stack.mesh import store
from stack.mesh.topology import EGRESS, IDENTITIES, INGRESS
from tests.e2e import identities
from tests.e2e.load import REQUESTS, mixed, under
from tests.e2e.members import Member
from tests.e2e.platform import Platform

FORGED = (HEADER, "URI=spiffe://xorb/security")
AT_ONCE, TOGETHER = 40, 400


async def resolve(channel: grpc.aio.Channel, token: str, *more: tuple[str, str]) -> grpc.StatusCode:
    """What comes of a call of a method that is the security plane's alone."""
    stub = organization_pb2_grpc.MembershipsServiceStub(channel)
    request = organization_pb2.ResolveMembershipRequest()
    call = stub.ResolveMembership(request, metadata=(*more, ("authorization", f"Bearer {token}")), timeout=30)
    code: grpc.StatusCode = await call.code()
    return code


async def test_services_know_each_other_by_their_certificates(platform: Platform) -> None:
    for called in ("core", "security"):
        for caller in ("edge", "bridge", "core"):
            assert await identities.lets_in(platform, called, identities.of_role(platform, caller))
        for stranger in ("ratelimit", "keys"):
            assert not await identities.lets_in(platform, called, identities.of_role(platform, stranger))


@pytest.mark.parametrize("called", INGRESS)
async def test_nobody_else_comes_in(platform: Platform, called: str, tmp_path: Path) -> None:
    old = identities.of_role(platform, "edge")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert not await identities.lets_in(platform, called, old)
    assert not await identities.lets_in(platform, called, identities.context())
    elsewhere = identities.context(identities.self_made(tmp_path, "spiffe://xorb/edge"))
    assert not await identities.lets_in(platform, called, elsewhere)


async def test_a_certificate_that_has_ended_is_none(platform: Platform, tmp_path: Path) -> None:
    issued = await asyncio.to_thread(identities.authority(platform, 3).issue, "edge", "spiffe://xorb/edge")
    valid = store.install(tmp_path, issued)
    tls = identities.context(tmp_path / "current")
    assert await identities.lets_in(platform, "core", tls)
    await asyncio.sleep(max(0.0, valid.ends - time.time()) + 1.1)
    assert not await identities.lets_in(platform, "core", tls)


async def test_each_role_gets_certificates_of_its_own_identity(platform: Platform) -> None:
    authority = identities.authority(platform)
    for identity in ("spiffe://xorb/core", "spiffe://elsewhere/edge", "https://xorb/edge"):
        with pytest.raises(urllib.error.HTTPError):
            await asyncio.to_thread(authority.issue, "edge", identity)


async def test_internal_methods_are_their_callers_alone(platform: Platform) -> None:
    token = await platform.service_token("security")
    async with identities.channel(platform, "core", "security") as own:
        assert await resolve(own, token) not in {
            grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE
        }  # fmt: skip
        # The certificate alone isn't enough, and neither is another's token.
        assert await resolve(own, "nonsense") is grpc.StatusCode.UNAUTHENTICATED
        assert await resolve(own, await platform.service_token("core")) is grpc.StatusCode.UNAUTHENTICATED
    for other in ("edge", "bridge", "orchestrator", "core"):
        async with identities.channel(platform, "core", other) as channel:
            assert await resolve(channel, token) is grpc.StatusCode.PERMISSION_DENIED
            assert await resolve(channel, token, FORGED) is grpc.StatusCode.PERMISSION_DENIED


async def test_an_identity_cant_be_forged_by_a_header(platform: Platform) -> None:
    token = await platform.service_token("security")
    request = organization_pb2.ListOrganizationsRequest()
    metadata = (FORGED, ("authorization", f"Bearer {token}"))
    async with identities.channel(platform, "core", "edge") as channel:
        call = organization_pb2_grpc.OrganizationsServiceStub(channel).ListOrganizations(request, metadata=metadata)
        assert await call.code() is grpc.StatusCode.UNAUTHENTICATED
    async with platform.direct("core", "") as past:
        assert await resolve(past, token) is grpc.StatusCode.UNAUTHENTICATED
    answer = await http.request(
        http.Address(socket=platform.run / "bridge.sock"), "GET", "/v1/organizations/x/activity:watch"
    )
    assert answer.status == 403


async def test_sockets_and_keys_are_their_owners_alone(platform: Platform) -> None:
    served = [f"{role}.sock" for role in INGRESS]
    sidecars = [*(f"{role}.ingress.sock" for role in INGRESS), *(f"{role}.egress.sock" for role in EGRESS)]
    keys = [platform.home / "mesh" / role / "current" / "key.pem" for role in IDENTITIES]
    for path in [*(platform.run / name for name in (*served, *sidecars, "mesh.admin.sock", "control.sock")), *keys]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    logs = b"".join(log.read_bytes() for log in (platform.home / "logs").glob("*.log"))
    assert b"PRIVATE KEY" not in logs


@pytest.mark.timeout(300)
async def test_certificates_change_under_load(member: Member) -> None:
    platform = member.platform
    before = {role: await serial(platform, role) for role in ("core", "security")}
    async with under(mixed(member)) as load:
        for share in range(1, 5):
            await load.reach(REQUESTS * share // 5)
            for role in IDENTITIES:
                issued = await asyncio.to_thread(identities.authority(platform).issue, role, f"spiffe://xorb/{role}")
                await asyncio.to_thread(store.install, platform.home / "mesh" / role, issued)
        await load.reach(REQUESTS)
    assert load.failures == []
    for role, number in before.items():
        assert await serial(platform, role) != number


async def serial(platform: Platform, role: str) -> int:
    """The serial number of the certificate that an ingress shows to whoever connects now."""
    path = str(platform.run / f"{role}.ingress.sock")
    _, writer = await asyncio.open_unix_connection(path, ssl=identities.of_role(platform, "edge"), server_hostname="")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_failures_dont_multiply(member: Member) -> None:
    admin = http.Address(socket=member.platform.run / "mesh.admin.sock")

    async def read() -> int:
        return (await member.respond("GET", member.organization)).status

    async def aborted() -> int:
        figures = (await http.request(admin, "GET", "/stats?filter=core-ingress.fault.aborts_injected")).body.decode()
        return sum(int(line.rpartition(":")[2]) for line in figures.splitlines())

    async def several(number: int) -> list[int]:
        return [await read() for _ in range(number)]

    before = await aborted()
    await http.request(admin, "POST", "/runtime_modify?fault.http.abort.abort_percent=100")
    try:
        answers = await asyncio.gather(*(several(TOGETHER // AT_ONCE) for _ in range(AT_ONCE)))
    finally:
        await http.request(admin, "POST", "/runtime_modify?fault.http.abort.abort_percent=0")
    assert {status for statuses in answers for status in statuses} == {503}
    assert TOGETHER <= await aborted() - before <= 1.2 * TOGETHER
    assert await read() == 200
