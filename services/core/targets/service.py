"""The targets service."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.core.v1 import target_pb2, target_pb2_grpc

from services.core.targets import domain, store, wire
from services.core.targets.addresses import Rules
from services.core.targets.domain import Target
from services.core.targets.ownership import Prover
from services.mesh import etags, identifiers, masks, names
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

_TOPIC = "targets"


@dataclass
class TargetsServicer(target_pb2_grpc.TargetsServiceServicer):
    """Serves `xorb.core.v1.TargetsService`.

    Args:
        database: Where targets are.
        pager: Cuts lists into pages.
        rules: What can be a target.
        prover: Looks for proofs of ownership.
    """

    database: Database
    pager: Pager
    rules: Rules
    prover: Prover

    async def CreateTarget(self, request: target_pb2.CreateTargetRequest, context: Context) -> target_pb2.Target:
        """Registers a target."""
        target = domain.register(
            identifiers.new(),
            self.rules.read(*wire.address(request.target)),
            _now(),
            display_name=wire.display_name(request.target),
            excluded=request.target.excluded_addresses,
            method=wire.method(request.target),
            criticality=wire.criticality(request.target),
        )
        async with self.database.unit() as unit:
            await unit.serialize(_TOPIC)
            if not await store.add(unit, target):
                raise Failure(
                    Reason.ALREADY_EXISTS, f"There is a target with the address {target.address.text} already."
                )
            return unit.reply(_record(unit, "created", target))

    async def GetTarget(self, request: target_pb2.GetTargetRequest, context: Context) -> target_pb2.Target:
        """Returns one target."""
        async with self.database.unit() as unit:
            return wire.message(unit.organization, await _find(unit, request.name))

    async def ListTargets(
        self, request: target_pb2.ListTargetsRequest, context: Context
    ) -> target_pb2.ListTargetsResponse:
        """Lists targets, a page at a time."""
        wanted = PageRequest(
            f"ListTargets:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.TARGETS.c.id
            )
            targets = [wire.message(unit.organization, store.target(row)) for row in page.rows]
        return target_pb2.ListTargetsResponse(targets=targets, next_page_token=page.next_page_token)

    async def UpdateTarget(self, request: target_pb2.UpdateTargetRequest, context: Context) -> target_pb2.Target:
        """Changes a target's display name, exclusions or criticality."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.target.name, request.target.etag)
            changed = masks.fields(request.target, request.update_mask, wire.message(unit.organization, current))
            target = domain.change(
                current,
                _now(),
                display_name=wire.display_name(request.target) if "display_name" in changed else None,
                excluded=request.target.excluded_addresses if "excluded_addresses" in changed else None,
                criticality=wire.criticality(request.target) if "criticality" in changed else None,
            )
            await store.save(unit, target)
            return unit.reply(_record(unit, "updated", target))

    async def DeleteTarget(self, request: target_pb2.DeleteTargetRequest, context: Context) -> empty_pb2.Empty:
        """Removes a target."""
        async with self.database.unit() as unit:
            target = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, target.id)
            _record(unit, "deleted", target)
            return unit.reply(empty_pb2.Empty())

    async def VerifyTarget(self, request: target_pb2.VerifyTargetRequest, context: Context) -> target_pb2.Target:
        """Looks for the proof of ownership; no transaction is open while it does."""
        async with self.database.unit() as unit:
            claimed = await _find(unit, request.name)
        await self.prover.prove(claimed)
        async with self.database.unit() as unit:
            target = domain.verify(await _find_to_change(unit, request.name), _now())
            await store.save(unit, target)
            return unit.reply(_record(unit, "verified", target))


async def _find(unit: Unit, name: str) -> Target:
    (_, identifier) = names.parse(wire.PATTERN, name)
    target = await store.get(unit, identifier)
    if target is None:
        raise not_found(name)
    return target


async def _find_to_change(unit: Unit, name: str, etag: str = "") -> Target:
    await unit.serialize(_TOPIC)
    target = await _find(unit, name)
    etags.require(etag, wire.etag(target))
    return target


def _record(unit: Unit, verb: str, target: Target) -> target_pb2.Target:
    """Records what happened to a target, and returns its message."""
    message = wire.message(unit.organization, target)
    summary = f"Target {target.display_name} was {verb}"
    unit.record(
        Event(f"target.{verb}", message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name)
    )
    return message


def _now() -> datetime:
    return datetime.now(UTC)
