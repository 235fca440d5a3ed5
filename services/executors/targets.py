"""What a task's target comes down to: hosts to scan, and the places an assessment looks at."""

from dataclasses import dataclass
from ipaddress import ip_address

from services.executors.addresses import parse_host
from services.executors.domain import Address, Kind, Task
from services.executors.guard import Guard
from services.executors.resolver import resolver_for
from services.executors.urls import host_text, parse_url


@dataclass(frozen=True)
class Endpoint:
    """A port of a host, by the name it is asked for."""

    host: Address | str
    port: int
    tls: bool

    @property
    def location(self) -> str:
        """The endpoint as observations name it, `host:port/tcp`."""
        return f"{host_text(self.host)}:{self.port}/tcp"


def guard_for(task: Task) -> Guard:
    """Return the guard of a task's scope, resolving as the task says."""
    return Guard(task.scope, resolver_for(task.resolver))


def host_of(task: Task) -> Address | str:
    """Return the host of a task on a host or URL; raises `OutOfScope` when it is none."""
    return parse_url(task.target).host if task.kind is Kind.URL else parse_host(task.target)


def endpoints(task: Task, names: frozenset[str], default: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    """Return where an assessment of `task` looks, each place once.

    That is the URL's own port; or what discovery found, as far as it speaks TLS or is called one of `names`;
    or `default` for a host where nothing was discovered. Where two discoverers differ,
    a port that one saw TLS on has it.
    """
    if task.kind is Kind.URL:
        url = parse_url(task.target)
        return (Endpoint(url.host, url.port, url.scheme == "https"),)
    found = [service for service in task.services if service.tls or service.name in names]
    if not found and not task.services and task.kind is Kind.HOST:
        return tuple(place for place in default if not task.ports or place.port in task.ports)
    host = None if task.kind is Kind.CIDR else host_of(task)
    places: dict[tuple[Address | str, int], bool] = {}
    for service in found:
        place = (ip_address(service.address) if host is None else host, service.port)
        places[place] = places.get(place, False) or service.tls
    return tuple(Endpoint(*place, tls) for place, tls in places.items())
