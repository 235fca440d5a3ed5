"""What the edge of the whole platform does with requests that no honest client sends, and with every response."""

import asyncio
import json
import ssl
import stat

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from stack import http
from stack.catalogue import BUILDERS
from stack.edge_certificates import authority_path
from stack.polling import until
from stack.settings import load
from tests.e2e.members import Member, join
from tests.e2e.platform import Platform

_SECONDS = 10


async def raw(platform: Platform, *lines: str, body: bytes = b"") -> bytes:
    """Everything that comes back for a request written by hand, until the edge closes."""
    host, _, port = platform.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
    async with asyncio.timeout(_SECONDS):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "NONSENSE"])
async def test_methods_that_nothing_uses_are_refused(platform: Platform, method: str) -> None:
    answer = await raw(platform, f"{method} /v1/caller HTTP/1.1", "Host: edge", "X-Secret: echo-me")
    assert int(answer[9:12]) in {400, 401, 403, 404, 405, 501}
    assert b"echo-me" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: +5",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
        ("Content-Length: 5", "X-Split: a\nb: c"),
    ],
)
async def test_a_request_of_doubtful_length_is_refused(platform: Platform, headers: tuple[str, ...]) -> None:
    smuggled = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: edge\r\n\r\n"
    answer = await raw(platform, "POST /v1/sessions:sign-in HTTP/1.1", "Host: edge", *headers, body=smuggled)
    assert int(answer[9:12]) in {400, 501}
    assert answer.count(b"HTTP/1.1 ") == 1, answer


@pytest.mark.parametrize(
    "path",
    ["/.git/HEAD", "/.git/config", "/.env", "/docs/", "/openapi/", "/v1", "/v1/", "/static/", "/pyproject.toml",
     "/docs/../../etc/passwd", "/docs/..%2f..%2f..%2fetc%2fpasswd", "/metrics", "/stats", "/config_dump",
     "/server_info", "/debug", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"],
)  # fmt: skip
async def test_nothing_is_served_but_the_api(member: Member, path: str) -> None:
    response = await member.platform.rest("GET", path, token=member.token)
    assert response.status in {400, 404}, response.body
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/config_dump", "/certs", "/listeners", "/runtime", "/hot_restart_version"])
async def test_the_edges_own_page_tells_figures_only(platform: Platform, path: str) -> None:
    admin = http.Address(port=int(platform.environment["XORB_ENVOY_ADMIN_PORT"]))
    assert (await http.request(admin, "GET", path)).status == 403
    assert (await http.request(admin, "POST", "/quitquitquit")).status == 403


async def test_every_response_says_what_it_is_and_is_not_kept(member: Member) -> None:
    paths = ["/v1/caller", f"/v1/{member.organization}/findings", "/v1/nothing", "/.well-known/jwks.json"]
    for path in paths:
        headers = (await member.platform.rest("GET", path, token=member.token)).headers
        assert headers["content-type"] == "application/json"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    docs = await member.platform.rest("GET", "/docs")
    assert docs.headers["content-type"] == "text/html; charset=utf-8"


async def test_queries_are_not_logged(platform: Platform, member: Member) -> None:
    """What people look for says where they suspect a weakness."""
    collection, needle = f"{member.organization}/findings", "needle-in-a-query"
    await member.get(f'{collection}?filter=title:"{needle}"'.replace('"', "%22"))
    logs = platform.home / "logs"

    async def is_logged() -> bool:
        return collection in (logs / "envoy.log").read_text("utf-8")

    await until(is_logged, 30)
    told = [file.name for file in logs.iterdir() if needle in file.read_text("utf-8", errors="replace")]
    assert told == []
    entry = next(line for line in (logs / "envoy.log").read_text("utf-8").splitlines() if collection in line)
    assert {"time", "method", "path", "status", "address", "request_id"} <= set(json.loads(entry))


async def test_logs_are_the_listed_ones_and_their_owners_alone(platform: Platform) -> None:
    logs = platform.home / "logs"
    assert stat.S_IMODE(logs.stat().st_mode) == 0o700
    names = {file.name.removesuffix(".1").removesuffix(".log") for file in logs.iterdir()}
    assert names <= set(BUILDERS)
    assert {"core", "security", "envoy"} <= names


async def test_a_parameter_given_twice_means_what_the_service_reads(platform: Platform, member: Member) -> None:
    """One place reads parameters, and authorization looks at what it read: a name in the query opens nothing."""
    collection, stranger = f"{member.organization}/targets", await join(platform)
    await member.target(host="example.com")
    theirs = await stranger.target(host="example.org")
    for name in (stranger.organization, f"{stranger.organization}&parent={member.organization}"):
        assert theirs["name"] not in str((await member.respond("GET", f"{collection}?parent={name}")).body)
        assert theirs["name"] not in str((await member.respond("GET", f"{collection}?filter=&parent={name}")).body)
    assert (await member.refused("GET", f"{collection}?pageSize=1&pageSize=many")).status == 400
    assert (await member.refused("POST", f"{collection}?host=example.org", {"host": "example.net"})).status == 400


async def test_websockets_are_served_over_tls_to_pages_of_known_origins(platform: Platform, member: Member) -> None:
    trusted = ssl.create_default_context(cafile=authority_path(load(platform.environment)))
    port = platform.environment["XORB_GATEWAY_TLS_PORT"]
    url = f"wss://localhost:{port}/v1/{member.organization}/activity:watch"
    protocols = [Subprotocol("xorb.v1"), Subprotocol(f"bearer.{member.token}")]
    page = Origin("https://localhost:5173")
    async with connect(url, ssl=trusted, subprotocols=protocols, origin=page, proxy=None) as socket:
        async with asyncio.timeout(_SECONDS):
            assert "checkpoint" in json.loads(await socket.recv())
        spoken = socket.transport.get_extra_info("ssl_object")
        assert spoken.version() == "TLSv1.3"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, ssl=trusted, subprotocols=protocols, origin=Origin("https://attacker.example"), proxy=None)
    assert refused.value.response.status_code == 403
