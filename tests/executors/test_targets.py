"""Where an assessment looks, given what discovery found."""

from ipaddress import ip_address

from services.executors.domain import Kind, Scope, Service, Task
from services.executors.targets import Endpoint, endpoints

HTTP = frozenset({"http"})
DEFAULT = (Endpoint("app.example", 443, tls=True),)
FOUND = (
    Service("192.0.2.1", 80, name="http"),
    Service("192.0.2.2", 80, name="http"),
    Service("192.0.2.1", 443, name="http"),
    Service("192.0.2.1", 443, name="https", tls=True),
    Service("192.0.2.1", 22, name="ssh"),
    Service("192.0.2.1", 993, name="imap", tls=True),
)


def looked_at(target: str, kind: Kind, services: tuple[Service, ...] = ()) -> list[str]:
    """The places of a task on a target, in a short form."""
    found = endpoints(Task("http", target, kind, Scope(), services=services), HTTP, DEFAULT)
    return [f"{'tls' if place.tls else 'tcp'} {place.location}" for place in found]


def test_a_host_is_looked_at_by_its_name_once_a_port() -> None:
    expected = ["tcp app.example:80/tcp", "tls app.example:443/tcp", "tls app.example:993/tcp"]
    assert looked_at("app.example", Kind.HOST, FOUND) == expected


def test_a_block_is_looked_at_by_address() -> None:
    assert looked_at("192.0.2.0/30", Kind.CIDR, FOUND[:2]) == ["tcp 192.0.2.1:80/tcp", "tcp 192.0.2.2:80/tcp"]


def test_a_url_is_looked_at_where_it_points() -> None:
    assert looked_at("https://[2001:db8::1]:8443/x", Kind.URL, FOUND) == ["tls [2001:db8::1]:8443/tcp"]


def test_a_host_not_yet_discovered_gets_the_default() -> None:
    assert looked_at("app.example", Kind.HOST) == ["tls app.example:443/tcp"]
    assert looked_at("app.example", Kind.HOST, (FOUND[4],)) == []
    assert looked_at("192.0.2.0/30", Kind.CIDR) == []


def test_a_location_writes_ipv6_in_brackets() -> None:
    assert Endpoint(ip_address("2001:db8::1"), 22, tls=False).location == "[2001:db8::1]:22/tcp"
