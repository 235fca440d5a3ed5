"""Scans that look again for one check at one place: what re-tests are made of.

They are scans like any other, with fewer executors: held to the same scope, the same engagement and its windows, and
they have hold of their target while they run.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Protocol
from uuid import UUID

from services.core.scans import store, wire
from services.core.scans.domain import OutsideWindow, Profile, Scan, ScanTarget, State, TaskState
from services.core.scans.leave import Leaves, given, waits_until
from services.executors import registry
from services.executors.domain import OutOfScope, Stage, Unavailable
from services.executors.urls import parse_url
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason

Targets = Callable[[Unit, UUID], Awaitable[ScanTarget | None]]
"""Returns a target as a scan keeps it; None where it isn't there or isn't verified."""

_ENDPOINT = re.compile(r":([0-9]{1,5})/tcp$")
_DISCOVERY = "ports"
_NO_CHECK = "The check that has seen it isn't there any more. Ask a tester."


class Look(Protocol):
    """What is looked at again."""

    @property
    def executor(self) -> str:
        """The executor that has seen it."""

    @property
    def check(self) -> str:
        """Its check."""

    @property
    def asset(self) -> str:
        """The host or address."""

    @property
    def location(self) -> str:
        """The place."""

    @property
    def target(self) -> UUID:
        """The target."""

    @property
    def engagement(self) -> UUID | None:
        """The engagement that the scan is held to."""


@dataclass(frozen=True)
class TargetedScans:
    """Orders scans that look again.

    Args:
        leaves: Knows what engagements allow.
        targets: Knows verified targets.
    """

    leaves: Leaves
    targets: Targets

    async def wait(self, unit: Unit, look: Look) -> datetime | None:
        """Returns until when a window of the engagement is closed; None where a scan may look now.

        Raises:
            Failure: NOT_RETESTABLE; the check isn't there any more. TARGET_NOT_VERIFIED; NOT_FOUND for an engagement
                that isn't there; ENGAGEMENT_STOPPED, ENGAGEMENT_NOT_UNDER_WAY, OUTSIDE_SCOPE, OUTSIDE_WINDOW.
        """
        await self._target(unit, look)
        scan = _scan(unit, look, look.target, "", "")
        return waits_until(await given(unit, self.leaves, scan, keep=True), scan, scan.created_at)

    async def order(self, unit: Unit, look: Look, identifier: UUID, display_name: str, creator: str) -> None:
        """Orders a scan, once however often it is called.

        Raises:
            Failure: As `wait`; TARGET_BUSY; another scan has hold of the target.
        """
        if await store.find(unit, identifier):
            return
        target = await self._target(unit, look)
        scan = _scan(unit, look, identifier, display_name, creator)
        await store.add(unit, scan, [target])
        unit.record(wire.changed("scan.created", scan, (), "A re-test has ordered a scan"))

    async def inconclusive(self, unit: Unit, identifier: UUID) -> str:
        """Returns why a scan that has ended doesn't say that something isn't there; nothing where it does."""
        scan = await store.find(unit, identifier)
        if scan is None or scan.state is not State.SUCCEEDED:
            cancelled = "The scan was cancelled." if scan and scan.state is State.CANCELLED else "The scan has failed."
            return (scan.failure_reason if scan else "") or cancelled
        tasks = [task for task in await store.tasks(unit, identifier) if task.executor == scan.executors[-1]]
        if not tasks:
            return "The executor isn't available now, or can't keep to the engagement's pace."
        if any(task.state is not TaskState.DONE for task in tasks):
            return "The check didn't come to its end; the scan's log says why."
        return "" if all(task.answered for task in tasks) else "The target doesn't answer at that place."

    async def _target(self, unit: Unit, look: Look) -> ScanTarget:
        """Returns the target, of a block only the address that is looked at."""
        _require_check(look)
        target = await self.targets(unit, look.target)
        if target is None:
            raise Failure(Reason.TARGET_NOT_VERIFIED)
        if target.kind != "cidr":
            return target
        try:
            inside = ip_address(look.asset) in ip_network(target.address)
        except ValueError:
            inside = False
        if not inside:
            raise Failure(Reason.OUTSIDE_SCOPE, "The target doesn't have that address any more.")
        return replace(target, kind="host", address=look.asset)


def _require_check(look: Look) -> None:
    try:
        checks = {check.id for check in registry.find(look.executor).checks}
    except Unavailable:
        checks = set()
    if look.check not in checks:
        raise Failure(Reason.NOT_RETESTABLE, _NO_CHECK)


def _scan(unit: Unit, look: Look, identifier: UUID, display_name: str, creator: str) -> Scan:
    now, port = datetime.now(UTC), _port(look.location)
    assessed = registry.find(look.executor).stage is Stage.ASSESSMENT
    return Scan(
        id=identifier,
        organization=unit.organization,
        display_name=display_name,
        targets=(look.target,),
        profile=Profile.STANDARD,
        ports=(port,) if port else (),
        state=State.QUEUED,
        creator=creator,
        created_at=now,
        updated_at=now,
        engagement=look.engagement,
        outside_window=OutsideWindow.WAIT,
        executors=(_DISCOVERY, look.executor) if port and assessed else (look.executor,),
        checks=(look.check,),
        places=(look.location,),
    )


def _port(location: str) -> int | None:
    """Returns the port of a location; None where it has none, such as a domain's."""
    if found := _ENDPOINT.search(location):
        return int(found[1])
    try:
        return parse_url(location).port if "://" in location else None
    except OutOfScope:
        return None
