"""Scans, ordered and followed over REST."""

from collections.abc import Callable, Collection, Iterable

from stack.demo_target import Weakness
from stack.polling import until
from tests.e2e.members import Json, Member

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
_SECONDS = 150


async def order(member: Member, *targets: str, ports: Iterable[int] = ()) -> str:
    """The name of a scan that the member orders, of the demo target's ports unless others are given."""
    body = {"targets": targets, "ports": list(ports) or list(member.platform.demo_ports)}
    operation = await member.post(f"{member.organization}/scans", body)
    return str(operation["name"]).removeprefix("operations/")


async def ended(member: Member, scan: str, seconds: float = _SECONDS) -> Json:
    """A scan when it has ended."""
    return await reached(member, scan, lambda now: now["state"] in ENDED, seconds)


async def reached(member: Member, scan: str, condition: Callable[[Json], bool], seconds: float = _SECONDS) -> Json:
    """A scan when a condition holds for it; TimeoutError when it doesn't in time."""
    now: list[Json] = []

    async def holds() -> bool:
        now[:] = [await member.get(scan)]
        return condition(now[0])

    await until(holds, seconds)
    return now[0]


async def released(member: Member, target: str) -> None:
    """Wait until no scan has hold of a target any more, which a scan lets go of as the last thing it does."""

    async def is_free() -> bool:
        response = await member.respond("POST", f"{member.organization}/scans", {"targets": [target], "ports": [1]})
        if response.status != 200:
            return False
        await member.post(f"{response.json()['name'].removeprefix('operations/')}:cancel")
        return True

    await until(is_free, 20)


async def findings(member: Member) -> list[Json]:
    """All findings of the member's organization."""
    return await member.every(f"{member.organization}/findings", "findings")


async def sightings(member: Member, finding: Json) -> list[Json]:
    """All sightings of a finding."""
    return await member.every(f"{finding['name']}/sightings", "sightings")


def places(found: Iterable[Json]) -> list[tuple[str, str]]:
    """What was found, and where, sorted."""
    return sorted((finding["check"], finding["location"]) for finding in found)


def truth(weaknesses: Collection[Weakness]) -> list[tuple[str, str]]:
    """What there is to find, and where, sorted."""
    return sorted((weakness.check, weakness.location) for weakness in weaknesses)


def tasks(scan: Json, *states: str) -> list[str]:
    """The executors of a scan's tasks that are in one of these states."""
    return [task["executor"] for task in scan["progress"]["tasks"] if task["state"] in states]
