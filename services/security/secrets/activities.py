"""What a rotation's workflow has done: the switch to a new key, sealing anew, and the end of the old key."""

import os
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio import activity

from services.mesh.calls import Call, Caller
from services.mesh.database import Database
from services.mesh.encryption import ending
from services.mesh.encryption.envelope import KEY_BYTES
from services.mesh.encryption.resealing import SealedTable, reseal
from services.mesh.encryption.wrapping import OrganizationKeys
from services.security.secrets import store
from services.security.secrets.orders import RotationOrder
from services.security.secrets.workflows import FORGET, RESEAL, SWITCH

IDENTITY = "spiffe://xorb/orchestrator"
_BATCH = 100


@dataclass(frozen=True)
class RotationActivities:
    """The activities, with what they stand on.

    Args:
        database: Where sealed rows are.
        keys: Organizations' keys, with the right to rotate them.
        tables: All tables with sealed columns.
    """

    database: Database
    keys: OrganizationKeys
    tables: Sequence[SealedTable]

    def all(self) -> list[Callable[..., Coroutine[Any, Any, Any]]]:
        """Returns the activities, for a worker."""
        return [self.switch, self.reseal, self.forget]

    @activity.defn(name=SWITCH)
    async def switch(self, order: RotationOrder) -> None:
        """Adds a version to the organization's key, wraps all data keys with it, and has a new one used from now on."""
        organization, key = UUID(order.organization), UUID(order.key)
        async with self.database.unit(_call(order)) as unit:
            known = await store.wrapped(unit)
        if key in known:
            return
        if known:
            await self.keys.rotate(organization)
        rewrapped = {one: await self.keys.rewrap(organization, text) for one, text in known.items()}
        async with self.database.unit(_call(order)) as unit:
            if await ending.takes_keys(unit):
                new = await self.keys.wrap(organization, os.urandom(KEY_BYTES))
                await store.switch(unit, key, new, rewrapped)

    @activity.defn(name=RESEAL)
    async def reseal(self, order: RotationOrder) -> int:
        """Seals all rows anew that aren't sealed with the active data key; returns how many these were."""
        resealed = 0
        for table in self.tables:
            after: tuple[Any, ...] = ()
            while True:
                async with self.database.unit(_call(order)) as unit:
                    count, after = await reseal(unit, table, after, _BATCH)
                resealed += count
                activity.heartbeat(resealed)
                if not after:
                    break
        return resealed

    @activity.defn(name=FORGET)
    async def forget(self, order: RotationOrder) -> None:
        """Removes the old data keys and the versions that wrapped them."""
        organization = UUID(order.organization)
        async with self.database.unit(_call(order)) as unit:
            if count := await store.remaining(unit, self.tables):
                raise RuntimeError(f"{count} rows aren't sealed anew")
            left = await store.forget(unit)
        # vault:v<version>:<ciphertext>
        await self.keys.forget_before(organization, min(int(text.split(":")[1][1:]) for text in left))


def _call(order: RotationOrder) -> Call:
    return Call(method="RotateKey", caller=Caller(IDENTITY), organization=UUID(order.organization))
