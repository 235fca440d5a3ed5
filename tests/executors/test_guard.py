"""Every way round the scope that we know of, tried."""

import asyncio
from ipaddress import ip_address, ip_network

import pytest

from services.executors.domain import Address, OutOfScope, Scope
from services.executors.guard import MAX_BLOCK, Guard
from services.executors.resolver import resolver_for
from services.executors.urls import Url, parse_url
from tests.executors.names import resolving, table
from tests.executors.servers import LOOPBACK, Site, serve


def guard(scope: Scope, **names: str) -> Guard:
    """A guard whose resolver knows `names`, dots written as underscores."""

    async def resolve(name: str) -> tuple[Address, ...]:
        text = names.get(name.replace(".", "_"), "")
        return tuple(ip_address(address) for address in text.split())

    return Guard(scope, resolve)


OWN = Scope(allowed=(ip_network("8.8.8.0/24"),), hosts=("app.example",), urls=("https://shop.example:8443/cart",))


async def test_what_is_in_scope_is_reached() -> None:
    one = guard(OWN, app_example="1.1.1.1 2606:4700::1111", shop_example="9.9.9.9")
    assert await one.addresses("8.8.8.8", 80) == (ip_address("8.8.8.8"),)
    assert await one.addresses("APP.example", 22) == (ip_address("1.1.1.1"), ip_address("2606:4700::1111"))
    assert await one.addresses("shop.example", 8443) == (ip_address("9.9.9.9"),)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("8.8.9.1", 80),
        ("1.1.1.1", 80),
        ("sub.app.example", 80),
        ("app.example.evil.com", 80),
        ("evil-app.example", 80),
        ("other.example", 80),
        ("shop.example", 443),
        ("shop.example", 22),
        ("app.example.", 80),
        ("134744072", 80),
        ("0x8.8.8.8", 80),
        ("8.8.2056", 80),
        ("::ffff:8.8.8.8", 80),
        ("2002:808:808::", 80),
        ("64:ff9b::808:808", 80),
        ("user@app.example", 80),
        ("app.example#", 80),
        ("аpp.example", 80),  # noqa: RUF001  a Cyrillic letter is the point
    ],
)
async def test_what_is_not_in_scope_is_not_resolved(host: str, port: int) -> None:
    asked: list[str] = []

    async def resolve(name: str) -> tuple[Address, ...]:
        asked.append(name)
        return (ip_address("8.8.8.8"),)

    with pytest.raises(OutOfScope):
        await Guard(OWN, resolve).addresses(host, port)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00:ec2::254", "::1", "::ffff:127.0.0.1", "::", "224.0.0.1"],
)
async def test_a_verified_name_does_not_open_special_addresses(address: str) -> None:
    with pytest.raises(OutOfScope, match=address.replace("::ffff:127.0.0.1", "::ffff:")):
        await guard(OWN, app_example=address).addresses("app.example", 80)


async def test_of_a_mixed_answer_only_what_is_permitted_is_used() -> None:
    one = guard(OWN, app_example="10.0.0.1 1.1.1.1 169.254.169.254")
    assert await one.addresses("app.example", 80) == (ip_address("1.1.1.1"),)


async def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(OutOfScope, match="no address"):
        await guard(OWN).addresses("app.example", 80)


async def test_excluded_wins_over_allowed_and_named() -> None:
    scope = Scope(
        allowed=OWN.allowed,
        hosts=("app.example", "8.8.8.9"),
        excluded=(ip_network("8.8.8.8/31"), ip_network("1.1.1.1/32")),
    )
    one = guard(scope, app_example="1.1.1.1")
    for host in ("8.8.8.8", "8.8.8.9", "app.example"):
        with pytest.raises(OutOfScope, match="excluded"):
            await one.addresses(host, 80)
    assert [str(address) for address in one.block("8.8.8.8/30")] == ["8.8.8.10"]


async def test_allowing_loopback_does_not_allow_the_rest() -> None:
    scope = Scope(allowed=(ip_network("0.0.0.0/0"), ip_network("::/0")), allow_loopback=True)
    one = guard(scope)
    assert await one.addresses("127.0.0.1", 80)
    for host in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::"):
        with pytest.raises(OutOfScope):
            await one.addresses(host, 80)


async def test_private_addresses_need_the_setting_and_the_scope() -> None:
    allowed = (ip_network("10.0.0.0/24"),)
    with pytest.raises(OutOfScope, match="private"):
        await guard(Scope(allowed=allowed)).addresses("10.0.0.1", 80)
    one = guard(Scope(allowed=allowed, allow_private=True))
    assert await one.addresses("10.0.0.1", 80)
    with pytest.raises(OutOfScope, match="not in the verified scope"):
        await one.addresses("10.0.1.1", 80)


@pytest.mark.parametrize("block", ["0.0.0.0/0", "::/0", "8.8.0.0/19", "2606::/64"])
def test_blocks_too_large_are_refused_at_once(block: str) -> None:
    scope = Scope(allowed=(ip_network("0.0.0.0/0"), ip_network("::/0")))
    with pytest.raises(OutOfScope, match=f"at most {MAX_BLOCK}"):
        guard(scope).block(block)


@pytest.mark.parametrize("block", ["8.8.8.0/23", "8.8.9.0/24", "8.8.8.1/24", "not a block", "2606::/120"])
def test_blocks_out_of_scope_are_refused(block: str) -> None:
    with pytest.raises(OutOfScope):
        guard(OWN).block(block)


@pytest.mark.parametrize(
    "url", ["https://shop.example/", "http://shop.example:8444/", "http://8.8.9.9/", "http://x.y/"]
)
def test_urls_out_of_scope_are_refused(url: str) -> None:
    with pytest.raises(OutOfScope):
        guard(OWN).check_url(parse_url(url))


async def test_a_name_that_rebinds_is_asked_once_and_pinned() -> None:
    """The second answer is the cloud's metadata service; it is never sought, and would be refused."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])

    def answer(name: str, kind: str) -> list[str] | None:
        return next(answers) if (name, kind) == ("app.example", "A") else []

    site = Site({"/": (200, {}, b"hello")})
    scope = Scope(hosts=("app.example",), allow_loopback=True)
    async with serve(site) as port, resolving(answer) as (server, names):
        one = Guard(scope, resolver_for(server))
        for _ in range(3):
            _, writer = await one.connect("app.example", port)
            assert writer.get_extra_info("peername")[0] == "127.0.0.1"
            writer.transport.abort()
        assert names.asked.count(("app.example", "A")) == 1
        with pytest.raises(OutOfScope, match="metadata"):
            await Guard(scope, resolver_for(server)).connect("app.example", port)


async def test_an_alias_to_a_forbidden_address_is_refused() -> None:
    records = {
        ("app.example", "CNAME"): ["inner.example."],
        ("inner.example", "A"): ["10.0.0.1"],
    }
    async with resolving(table(records)) as (server, _):
        with pytest.raises(OutOfScope, match="private"):
            await Guard(Scope(hosts=("app.example",)), resolver_for(server)).connect("app.example", 80)


async def test_an_address_that_is_not_the_names_own_is_refused() -> None:
    one = guard(OWN, app_example="1.1.1.1")
    with pytest.raises(OutOfScope, match="not an address of"):
        await one.connect("app.example", 80, address=ip_address("8.8.8.8"))


async def test_a_closed_port_is_an_ordinary_error() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    with pytest.raises(ConnectionRefusedError):
        await guard(LOOPBACK).connect("127.0.0.1", port)


async def test_the_systems_resolver_knows_this_host() -> None:
    scope = Scope(hosts=("localhost",), allow_loopback=True)
    assert ip_address("127.0.0.1") in await Guard(scope, resolver_for(None)).addresses("localhost", 80)


@pytest.mark.parametrize("server", ["localhost:53", "127.0.0.1", "127.0.0.1:x", ""])
def test_a_resolver_is_an_address_and_a_port(server: str) -> None:
    with pytest.raises(OutOfScope, match="address:port"):
        resolver_for(server)


@pytest.mark.parametrize("host", ["app.example", "pay.app.example", "PAY.app.example"])
async def test_an_excluded_name_is_closed_with_all_below_it(host: str) -> None:
    scope = Scope(hosts=("app.example", "pay.app.example", "happ.example"), excluded_hosts=("app.example",))
    one = guard(scope, app_example="1.1.1.1", pay_app_example="1.1.1.1", happ_example="1.1.1.1")
    with pytest.raises(OutOfScope, match="excluded"):
        await one.addresses(host, 80)
    assert await one.addresses("happ.example", 80)


@pytest.mark.parametrize(
    "path",
    [
        "/admin", "/admin/", "/admin/users?x=1", "/ADMIN", "//admin", "/./admin", "/x/../admin", "/%61dmin",
        "/%2561dmin", "/admin;v=1/x", "/x/%2e%2e/admin", "/\\admin", "/admin#x",
    ],
)  # fmt: skip
def test_an_excluded_path_is_left_alone_however_it_is_spelled(path: str) -> None:
    one = guard(Scope(urls=("https://shop.example/",), excluded_paths=("/Admin/",)))
    url = Url("https", "shop.example", 443, path)
    assert one.leaves_alone(url)
    with pytest.raises(OutOfScope, match="excluded"):
        one.check_url(url)


@pytest.mark.parametrize("path", ["/", "/administration", "/x/admin", "/?next=/admin"])
def test_other_paths_are_not(path: str) -> None:
    one = guard(Scope(urls=("https://shop.example/",), excluded_paths=("/admin",)))
    one.check_url(Url("https", "shop.example", 443, path))


def test_the_root_excludes_everything() -> None:
    assert guard(Scope(excluded_paths=("/",))).leaves_alone(Url("https", "shop.example", 443, "/x"))
