"""What the web assessment says of sites that are weak in one way, and of those that only look it."""

import io
import json
from collections.abc import Mapping

import pytest

from services.executors.domain import Kind, Limits, Observation, OutOfScope, Progress, Scope, Service, Task
from services.executors.engines.http.scan import run
from services.executors.reporting import LineReporter
from services.executors.runner import run as run_in_child
from tests.executors.names import resolving, table
from tests.executors.servers import Site, serve, task

GOOD = {
    "Content-Type": "text/html",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=()",
}
ALWAYS = {("http.cleartext", "/")}
FAST = Limits(requests_per_second=10_000)

Found = set[tuple[str, str]]


async def assess(site: Site) -> tuple[Found, dict[str, str]]:
    """Assess a site; gives check and path of each weakness, and the evidence of each check."""
    stream = io.BytesIO()
    async with serve(site) as port:
        await run(task("http", port, limits=FAST), LineReporter(stream))
    seen = [
        record["observation"] for record in map(json.loads, stream.getvalue().splitlines()) if "observation" in record
    ]
    found = {(one["check"], one["location"].removeprefix(f"http://127.0.0.1:{port}")) for one in seen}
    assert len(found) == len(seen)
    return found, {one["check"]: one["evidence"] for one in seen}


def site(pages: Mapping[str, tuple[int, Mapping[str, str], bytes]], **front: str) -> Site:
    """A site whose front page is good, but for the headers given (underscores for hyphens; empty removes)."""
    headers = {**GOOD, **{name.replace("_", "-"): value for name, value in front.items()}}
    kept = {name: value for name, value in headers.items() if value}
    return Site({"/": (200, kept, b"<h1>Hello</h1>"), **pages})


async def test_a_good_site_has_only_cleartext_to_blame() -> None:
    assert (await assess(site({})))[0] == ALWAYS


@pytest.mark.parametrize(
    ("front", "check"),
    [
        ({"X_Content_Type_Options": ""}, "missing-content-type-options"),
        ({"X_Content_Type_Options": "yes"}, "missing-content-type-options"),
        ({"Content_Security_Policy": "default-src 'self'"}, "missing-frame-protection"),
        ({"Content_Security_Policy": "frame-ancestors 'none'; script-src *"}, "unsafe-csp"),
        ({"Referrer_Policy": ""}, "missing-referrer-policy"),
        ({"Permissions_Policy": ""}, "missing-permissions-policy"),
        ({"Server": "thing/1.2"}, "server-version"),
        ({"X_Powered_By": "PHP/5.6"}, "powered-by"),
        ({"Set_Cookie": "a=b; SameSite=Lax"}, "cookie-without-httponly"),
        ({"Set_Cookie": "a=b; HttpOnly"}, "cookie-without-samesite"),
    ],
)
async def test_a_header_makes_one_weakness(front: dict[str, str], check: str) -> None:
    assert (await assess(site({}, **front)))[0] == ALWAYS | {(f"http.{check}", "/")}


@pytest.mark.parametrize(
    "front",
    [
        {"Content_Security_Policy": "default-src 'self'", "X_Frame_Options": "SAMEORIGIN"},
        {"Server": "thing"},
        {"Set_Cookie": "a=b; httponly; samesite=strict"},
        {"Set_Cookie": "XSRF-TOKEN=b; SameSite=Lax"},
        {"Set_Cookie": "gone=; Max-Age=0"},
        {"Access_Control_Allow_Origin": "*"},
        {"Access_Control_Allow_Origin": "https://partner.example"},
        {"Allow": "GET, PUT, DELETE, TRACE", "Content_Type": "application/json"},
    ],
)
async def test_what_only_looks_weak_is_not_reported(front: dict[str, str]) -> None:
    found, _ = await assess(site({}, **front))
    assert found - {("http.write-methods", "/")} == ALWAYS


async def test_a_json_service_needs_no_page_headers() -> None:
    one = Site({"/": (200, {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}, b"{}")})
    assert (await assess(one))[0] == ALWAYS


async def test_a_redirect_to_https_is_all_one_asks_of_plain_http() -> None:
    one = Site({}, missing=(301, {"Location": "https://127.0.0.1/"}, b""))
    assert (await assess(one))[0] == set()


async def test_a_redirect_to_plain_http_is_still_plain_http() -> None:
    one = Site({}, missing=(301, {"Location": "http://www.example.com/"}, b""))
    assert (await assess(one))[0] == ALWAYS


FILES = {
    "/.git/HEAD": ("exposed-git", b"ref: refs/heads/main\n"),
    "/.svn/entries": ("exposed-svn", b"12\n"),
    "/.svn/wc.db": ("exposed-svn", b"SQLite format 3\0..."),
    "/.env": ("exposed-env", b"# settings\n\nKEY=made-up-value\nexport OTHER='made up'\n"),
    "/backup.zip": ("exposed-backup", b"PK\x03\x04rest"),
    "/backup.tar.gz": ("exposed-backup", b"\x1f\x8b\x08rest"),
    "/dump.sql": ("exposed-backup", b"-- MySQL dump 10.13\n--\nCREATE TABLE a (b int);\n"),
    "/.htpasswd": ("exposed-password-file", b"visitor:$apr1$made$up\n"),
    "/server.key": ("exposed-private-key", b"-----BEGIN " + b"PRIVATE KEY-----\nmade up\n"),
    "/server-status": ("exposed-server-status", b"<html><h1>Apache Server Status for here</h1>"),
    "/phpinfo.php": ("exposed-phpinfo", b"<html><title>PHP 8.3.1 - phpinfo()</title>"),
}


@pytest.mark.parametrize("path", FILES)
async def test_an_exposed_file_is_known_by_its_content(path: str) -> None:
    check, content = FILES[path]
    found, evidence = await assess(site({path: (200, {}, content)}))
    assert found == ALWAYS | {(f"http.{check}", path)}
    assert "made" not in evidence[f"http.{check}"]


@pytest.mark.parametrize("path", FILES)
async def test_a_file_behind_a_refusal_is_not_exposed(path: str) -> None:
    assert (await assess(site({path: (403, {}, FILES[path][1])})))[0] == ALWAYS


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Welcome</title><p>KEY=value</p>",
        b"KEY=value <b>for everything</b>",
        b"ok",
        b"",
        b"12\n",
        b"ref: refs/heads/main",
        b"PK\x03\x04",
        b"KEY=value\n",
        b"<title>Index of /</title>",
        b"\n" * 4096,
    ],
)
async def test_a_catch_all_page_is_no_exposed_file(body: bytes) -> None:
    one = Site(site({}).pages, missing=(200, {**GOOD}, body))
    assert (await assess(one))[0] == ALWAYS


async def test_listings_are_found_where_links_lead_and_the_outermost_only() -> None:
    page = b'<a href="/data/2024/report.pdf">x</a> <a href="https://other.example/z/">y</a>'
    listing = (200, {"Content-Type": "text/html"}, b"<title>Index of /data/</title>")
    one = Site({"/": (200, GOOD, page), "/data/": listing, "/data/2024/": listing})
    assert (await assess(one))[0] == ALWAYS | {("http.directory-listing", "/data/")}


class Echoing(Site):
    """Answers TRACE with the request, OPTIONS with its methods."""

    def answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        if method == "TRACE":
            return 200, {"Content-Type": "message/http"}, repr(headers).encode()
        if method == "OPTIONS":
            return 204, {"Allow": "GET, HEAD, PUT"}, b""
        return super().answer(method, target, headers)


async def test_methods() -> None:
    found, _ = await assess(Echoing(site({}).pages))
    assert found == ALWAYS | {("http.trace-enabled", "/"), ("http.write-methods", "/")}


class Reflecting(Site):
    """Allows whatever origin asks for one page."""

    credentials = "true"

    def answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        status, fields, body = super().answer(method, target, headers)
        if target == "/api" and "origin" in headers:
            fields = {
                "Access-Control-Allow-Origin": headers["origin"],
                "Access-Control-Allow-Credentials": self.credentials,
            }
        return status, fields, body


@pytest.mark.parametrize(("credentials", "check"), [("true", "credentials"), ("false", "origin")])
async def test_origins(credentials: str, check: str) -> None:
    one = Reflecting({"/": (200, GOOD, b'<a href="/api">api</a>'), "/api": (200, {}, b"{}")})
    one.credentials = credentials
    assert (await assess(one))[0] == ALWAYS | {(f"http.cors-reflects-{check}", "/api")}


class Redirecting(Site):
    """Redirects from one path to where its parameter says, or to its own page about it."""

    prefix = ""

    def answer(self, method: str, target: str, headers: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        path, _, query = target.partition("?")
        values = dict(pair.split("=") for pair in query.split("&") if "=" in pair)
        if path == "/go" and "url" in values:
            return 302, {"Location": self.prefix + values["url"].replace("%3A", ":").replace("%2F", "/")}, b""
        return super().answer(method, target, headers)


@pytest.mark.parametrize(
    ("prefix", "found"), [("", True), ("/warning?to=", False), ("https://www.example.com/?to=", False)]
)
async def test_open_redirects(prefix: str, found: bool) -> None:
    one = Redirecting(site({}).pages)
    one.prefix = prefix
    assert (("http.open-redirect", "/go") in (await assess(one))[0]) is found


async def test_requests_say_who_asks_and_stay_few() -> None:
    one = site({})
    await assess(one)
    assert all("XORB" in headers["user-agent"] for _, _, headers in one.asked)
    assert {method for method, _, _ in one.asked} == {"GET", "TRACE", "OPTIONS"}
    assert len(one.asked) < 60


async def test_a_site_out_of_scope_is_refused() -> None:
    one = Task("http", "https://app.example/", Kind.URL, Scope(urls=("https://other.example/",)), limits=FAST)
    with pytest.raises(OutOfScope):
        await run(one, LineReporter(io.BytesIO()))


async def test_a_url_is_assessed_at_its_own_port_and_nowhere_else() -> None:
    one = site({})
    async with serve(one) as port:
        url = f"http://127.0.0.1:{port}/shop?item=1"
        stream = io.BytesIO()
        scope = Scope(urls=(url,), allow_loopback=True)
        elsewhere = (Service("127.0.0.1", 1, name="http"),)
        await run(Task("http", url, Kind.URL, scope, limits=FAST, services=elsewhere), LineReporter(stream))
    assert one.asked[0][1] == "/shop?item=1"
    assert b'"http.cleartext"' in stream.getvalue()


async def test_a_name_is_assessed_in_the_child_by_the_tasks_own_resolver() -> None:
    async def ignore(_: Progress | Observation) -> None:
        pass

    one = site({})
    records = {("shop.example", "A"): ["127.0.0.1"]}
    async with serve(one) as port, resolving(table(records)) as (server, _):
        scope = Scope(hosts=("shop.example",), allow_loopback=True)
        found = (Service("127.0.0.1", port, name="http"),)
        task_by_name = Task("http", "shop.example", Kind.HOST, scope, limits=FAST, resolver=server, services=found)
        outcome = await run_in_child(task_by_name, ignore)
    assert outcome.reason is None
    assert [(seen.check, seen.location, seen.asset) for seen in outcome.observations] == [
        ("http.cleartext", f"http://shop.example:{port}/", "shop.example")
    ]
    assert all(headers["host"] == f"shop.example:{port}" for _, _, headers in one.asked)
