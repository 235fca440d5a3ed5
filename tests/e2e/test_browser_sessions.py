"""Sessions of browsers over REST and gRPC-Web: the refresh token is in a cookie, and the cookie alone moves nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from xorb.security.v1 import identity_pb2

from stack.edge_certificates import authority_path
from stack.settings import load
from tests.e2e.members import Json, sign_up
from tests.e2e.platform import Platform

ASK = {"x-session": "cookie"}
HERE, FOREIGN = "http://localhost:3000", "https://evil.example.com"
PLAIN, SECURE = "xorb-session", "__Host-xorb-session"


@asynccontextmanager
async def _browser(platform: Platform, *, tls: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a memory for cookies: each test says what it sends."""
    port = platform.environment["XORB_GATEWAY_TLS_PORT" if tls else "XORB_GATEWAY_PORT"]
    trusted = ssl.create_default_context(cafile=authority_path(load(platform.environment))) if tls else False
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, verify=trusted, trust_env=False, timeout=30) as client:
        yield client


async def _post(client: httpx.AsyncClient, verb: str, body: Json, **headers: str) -> httpx.Response:
    client.cookies.clear()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/v1/sessions:{verb}", json=body, headers=named)


async def _refresh(client: httpx.AsyncClient, cookie: str, headers: Mapping[str, str] = ASK) -> httpx.Response:
    return await _post(client, "refresh", {}, cookie=cookie, **headers)


async def _signed_in(client: httpx.AsyncClient, platform: Platform) -> tuple[Json, Morsel[str]]:
    _, credentials = await sign_up(platform)
    answer = await _post(client, "sign-in", credentials, origin=HERE, **ASK)
    assert answer.status_code == 200, answer.text
    return answer.json(), _cookie(answer)


def _cookie(answer: httpx.Response) -> Morsel[str]:
    [header] = answer.headers.get_list("set-cookie")
    [morsel] = SimpleCookie(header).values()
    return morsel


def _reason(answer: httpx.Response) -> str:
    return "".join(detail.get("reason", "") for detail in answer.json()["details"])


async def test_over_tls_the_cookie_is_bound_to_the_host(platform: Platform) -> None:
    async with _browser(platform, tls=True) as client:
        tokens, cookie = await _signed_in(client, platform)
        assert tokens["refreshToken"] == ""
        assert tokens["accessToken"]
        assert (cookie.key, cookie["path"], cookie["domain"]) == (SECURE, "/", "")
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")
        assert int(cookie["max-age"]) > 0
        refreshed = await _refresh(client, f"other=1; {SECURE}={cookie.value}")
        assert refreshed.status_code == 200
        assert _cookie(refreshed).value != cookie.value


async def test_over_plain_http_the_cookie_has_what_it_can(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        assert (cookie.key, cookie["path"], cookie["secure"]) == (PLAIN, "/v1/sessions", "")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        # The name of the one means nothing where the other is expected.
        assert _reason(await _refresh(client, f"{SECURE}={cookie.value}")) == "INVALID_REFRESH_TOKEN"
        answer = await _refresh(client, f"{PLAIN}={cookie.value}")
        assert answer.json()["refreshToken"] == ""
        caller = await client.get("/v1/caller", headers={"authorization": f"Bearer {answer.json()['accessToken']}"})
        assert caller.status_code == 200


async def test_without_asking_there_is_no_cookie(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, credentials = await sign_up(platform)
        answer = await _post(client, "sign-in", credentials)
        assert answer.json()["refreshToken"].startswith("xorb_rt_")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"x-session": "body"}, {"x-session": ""}], ids=str)
async def test_a_cookie_without_its_header_is_no_session(platform: Platform, headers: dict[str, str]) -> None:
    """What a form or an image of another site can send."""
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        refused = await _refresh(client, f"{PLAIN}={cookie.value}", headers)
        assert refused.status_code in {400, 401}
        assert "set-cookie" not in refused.headers
        # It wasn't used up either.
        assert (await _refresh(client, f"{PLAIN}={cookie.value}")).status_code == 200


@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{HERE}.evil.example.com", "http://localhost:3000/"])
async def test_a_foreign_origin_is_refused(platform: Platform, origin: str) -> None:
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        refused = await _refresh(client, f"{PLAIN}={cookie.value}", {**ASK, "origin": origin})
        assert (refused.status_code, _reason(refused)) == (403, "ORIGIN_REFUSED")
        assert "access-control-allow-origin" not in refused.headers
        allowed = await _refresh(client, f"{PLAIN}={cookie.value}", {**ASK, "origin": HERE})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == HERE
        assert allowed.headers["access-control-allow-credentials"] == "true"


async def test_a_preflight_allows_known_origins_only(platform: Platform) -> None:
    async with _browser(platform) as client:
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "x-session"}
        for origin, allowed in ((HERE, True), (FOREIGN, False)):
            answer = await client.options("/v1/sessions:refresh", headers={"origin": origin, **asked})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
            assert ("x-session" in answer.headers.get("access-control-allow-headers", "")) is allowed


async def test_signing_out_clears_the_cookie(platform: Platform) -> None:
    async with _browser(platform) as client:
        tokens, cookie = await _signed_in(client, platform)
        bearer = f"Bearer {tokens['accessToken']}"
        answer = await _post(client, "sign-out", {}, authorization=bearer, **ASK)
        cleared = _cookie(answer)
        assert (cleared.key, cleared.value, cleared["max-age"], cleared["path"]) == (PLAIN, "", "0", "/v1/sessions")
        assert _reason(await _refresh(client, f"{PLAIN}={cookie.value}")) == "INVALID_REFRESH_TOKEN"


async def test_an_old_cookie_ends_the_session_for_everybody(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, first = await _signed_in(client, platform)
        second = await _refresh(client, f"{PLAIN}={first.value}")
        assert _reason(await _refresh(client, f"{PLAIN}={first.value}")) == "INVALID_REFRESH_TOKEN"
        assert _reason(await _refresh(client, f"{PLAIN}={_cookie(second).value}")) == "INVALID_REFRESH_TOKEN"
        headers = {"authorization": f"Bearer {second.json()['accessToken']}"}
        assert _reason(await client.get("/v1/caller", headers=headers)) == "SESSION_REVOKED"


async def test_of_fifty_uses_at_once_one_succeeds(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        answers = await asyncio.gather(*(_refresh(client, f"{PLAIN}={cookie.value}") for _ in range(50)))
        [won] = [answer for answer in answers if answer.status_code == 200]
        # A crowd that is larger than the pool of connections may be told to come later, but not let in.
        reasons = {_reason(answer) for answer in answers if answer is not won}
        assert "INVALID_REFRESH_TOKEN" in reasons <= {"INVALID_REFRESH_TOKEN", "UNAVAILABLE"}
        assert _reason(await _refresh(client, f"{PLAIN}={_cookie(won).value}")) == "INVALID_REFRESH_TOKEN"


async def test_a_token_in_the_body_beside_the_cookie_is_a_mistake(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        body = {"refreshToken": "xorb_rt_x"}
        answer = await _post(client, "refresh", body, cookie=f"{PLAIN}={cookie.value}", **ASK)
        assert (answer.status_code, _reason(answer)) == (400, "INVALID_FIELD")


async def test_grpc_web_has_the_same_cookie(platform: Platform) -> None:
    async with _browser(platform) as client:
        _, cookie = await _signed_in(client, platform)
        headers = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1", **ASK}
        client.cookies.clear()
        answer = await client.post(
            "/xorb.security.v1.IdentityService/RefreshSession",
            content=b"\0\0\0\0\0",
            headers={**headers, "cookie": f"{PLAIN}={cookie.value}"},
        )
        assert answer.headers.get("grpc-status", "0") == "0"
        size = int.from_bytes(answer.content[1:5])
        tokens = identity_pb2.SessionTokens.FromString(answer.content[5 : 5 + size])
        assert (bool(tokens.access_token), tokens.refresh_token) == (True, "")
        assert _cookie(answer).value not in {"", cookie.value}
