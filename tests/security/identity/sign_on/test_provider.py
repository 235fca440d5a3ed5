"""Providers that are not what they should be, or not where."""

import asyncio
import time
from ipaddress import ip_address
from typing import Any

import httpx
import pytest

from services.mesh.errors import Failure, Reason
from services.mesh.outbound import GuardedTransport, Reach
from services.security.identity.sign_on import domain
from tests.security.identity.sign_on.crooked import CrookedProvider
from tests.security.identity.sign_on.planes import DOMAIN, Planes, refused


def _redirects(handler: Any) -> None:
    handler.reply(302, b"", location="/elsewhere")


def _is_huge(handler: Any) -> None:
    handler.reply(200, b'{"issuer": "' + b"x" * 400_000 + b'"}')


UNUSABLE: dict[str, Any] = {
    "nothing": None,
    "no JSON": b"<html>",
    "no object": [],
    "a redirect": _redirects,
    "too much": _is_huge,
    "another issuer": {"issuer": "https://evil.example.com"},
    "no issuer": {"issuer": None},
    "no endpoints": {"token_endpoint": None},
    "a token endpoint elsewhere in the clear": {"token_endpoint": "http://id.example.com/token"},
    "keys of a file": {"jwks_uri": "file:///etc/passwd"},
    "an authorization endpoint that is a script": {"authorization_endpoint": "javascript:alert(1)"},
}


@pytest.mark.parametrize("unusable", UNUSABLE)
async def test_a_provider_that_cannot_be_used(here: Planes, crooked: CrookedProvider, unusable: str) -> None:
    crooked.honest()
    connection = await here.connect(await here.owner(), crooked.issuer)
    page = UNUSABLE[unusable]
    where = "/.well-known/openid-configuration"
    crooked.pages[where] = {**crooked.metadata, **page} if isinstance(page, dict) else page
    assert (await refused(here.begin(connection)))[0] == "PROVIDER_UNAVAILABLE"


@pytest.mark.parametrize(
    "page", [None, b"<html>", _redirects, _is_huge], ids=["nothing", "no JSON", "redirect", "much"]
)
async def test_keys_that_cannot_be_had(here: Planes, crooked: CrookedProvider, page: Any) -> None:
    crooked.honest()
    connection = await here.connect(await here.owner(), crooked.issuer)
    begun = await here.begin(connection)
    brought = crooked.authorize(begun.authorization_url, email=f"x@{DOMAIN}")
    crooked.pages["/keys"] = page
    call = here.complete(name=connection.name, proof=begun.proof, **brought)
    assert (await refused(call))[0] == "PROVIDER_UNAVAILABLE"


async def test_nobody_listens(here: Planes) -> None:
    connection = await here.connect(await here.owner(), "http://127.0.0.1:1")
    assert (await refused(here.begin(connection)))[0] == "PROVIDER_UNAVAILABLE"


async def test_a_slow_provider_is_not_waited_for(
    here: Planes, crooked: CrookedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.security.identity.sign_on.provider._SECONDS", 0.3)
    crooked.honest()
    connection = await here.connect(await here.owner(), crooked.issuer)

    def drips(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(20):
            time.sleep(0.1)
            handler.wfile.write(b" ")
            handler.wfile.flush()

    crooked.pages["/.well-known/openid-configuration"] = drips
    async with asyncio.timeout(2):
        assert (await refused(here.begin(connection)))[0] == "PROVIDER_UNAVAILABLE"


FORBIDDEN = (
    "127.0.0.1", "::1", "0.0.0.1", "::", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "fe80::1", "fd00::1", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "192.0.2.1", "198.18.0.1",
)  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_of_no_provider(address: str) -> None:
    assert not Reach().allows(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_addresses_on_the_internet(address: str) -> None:
    assert Reach().allows(ip_address(address))


def test_settings_open_what_they_name_and_no_more() -> None:
    loopback, private = Reach(loopback=True), Reach(private=True)
    assert loopback.allows(ip_address("127.0.0.1"))
    assert private.allows(ip_address("10.0.0.1"))
    assert private.allows(ip_address("fd00::1"))
    for address in ("10.0.0.1", "169.254.169.254"):
        assert not loopback.allows(ip_address(address))
    for address in ("127.0.0.1", "169.254.169.254", "0.0.0.1", "224.0.0.1", "240.0.0.1"):
        assert not private.allows(ip_address(address))


async def test_what_a_name_leads_to_is_checked_when_it_is_connected_to(crooked: CrookedProvider) -> None:
    crooked.honest()
    url = crooked.issuer.replace("127.0.0.1", "localhost") + "/keys"
    for reach, served in ((Reach(), False), (Reach(private=True), False), (Reach(loopback=True), True)):
        transport = GuardedTransport(httpx.AsyncHTTPTransport(trust_env=False), reach)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            if served:
                assert (await client.get(url)).json() == crooked.pages["/keys"]
            else:
                with pytest.raises(httpx.ConnectError, match="may not be connected to"):
                    await client.get(url)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.com", "ftp://id.example.com", "https://", "https://u:p@id.example.com", "id.example.com",
        "https://id.example.com#x", "https://id.example.com?x=1", "https://id.example.com/a b", "https://[::1",
        "https://id.example.com:99999", "http://127.0.0.1:9400", "http://localhost",
    ],
)  # fmt: skip
def test_issuers_that_are_none(issuer: str) -> None:
    with pytest.raises(Failure) as caught:
        domain.require_issuer(issuer, loopback=False)
    assert caught.value.reason is Reason.INVALID_FIELD


def test_http_is_for_this_machine_only() -> None:
    assert domain.require_issuer("http://127.0.0.1:9400", loopback=True)
    with pytest.raises(Failure):
        domain.require_issuer("http://id.example.com", loopback=True)
