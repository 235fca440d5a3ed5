"""Scans in PostgreSQL: who has hold of a target."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from services.core.scans import store
from services.core.scans.domain import ScanTarget
from services.mesh import identifiers
from services.mesh.database import Database
from services.mesh.errors import Failure, Reason
from services.mesh.testing import call_of
from tests.core.scans.samples import scan, target


async def _order(database: Database, organization: UUID, targets: Sequence[ScanTarget]) -> None:
    async with database.unit(call_of(organization)) as unit:
        await store.add(unit, scan(organization, targets), targets)


async def test_a_target_is_scanned_once_at_a_time(database: Database) -> None:
    organization, shop = identifiers.new(), target()
    await _order(database, organization, [shop])
    with pytest.raises(Failure) as caught:
        await _order(database, organization, [target(), shop])
    assert caught.value.reason is Reason.TARGET_BUSY


async def test_another_organization_s_scan_takes_hold_of_nothing_of_ours(database: Database) -> None:
    shop = target()
    for _ in range(2):
        await _order(database, identifiers.new(), [shop])


async def test_scans_of_the_same_targets_in_any_order_do_not_wait_for_each_other(database: Database) -> None:
    for _ in range(10):
        organization, targets = identifiers.new(), [target() for _ in range(60)]
        orders = [_order(database, organization, some) for some in (targets, targets[::-1]) * 3]
        results = await asyncio.gather(*orders, return_exceptions=True)
        failures = [result for result in results if result is not None]
        assert len(failures) == len(orders) - 1
        assert [failure.reason for failure in failures if isinstance(failure, Failure)] == [Reason.TARGET_BUSY] * 5
