"""The service of separations: pairs of findings that are never matched."""

from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty
from xorb.core.v1 import separation_pb2, separation_pb2_grpc

from services.core.findings import changes, corrections, wire
from services.core.findings.domain import Separation
from services.core.findings.matching import store as index
from services.core.findings.tables import SEPARATION_FIELDS, SEPARATIONS
from services.mesh import identifiers, names
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest

SEPARATION = "organizations/{organization}/separations/{separation}"
_SNAPSHOT = separation_pb2.Separation.DESCRIPTOR.full_name


@dataclass
class SeparationsServicer(separation_pb2_grpc.SeparationsServiceServicer):
    """Serves `xorb.core.v1.SeparationsService`.

    Args:
        database: Where findings are.
        pager: Cuts lists into pages.
    """

    database: Database
    pager: Pager

    async def CreateSeparation(
        self, request: separation_pb2.CreateSeparationRequest, context: Context
    ) -> separation_pb2.Separation:
        """Says that two findings are not the same weakness."""
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            sent = request.separation
            one, other = wire.findings_named(unit.organization, "separation.second", (sent.first, sent.second))
            for identifier in (one, other):
                corrections.require_none_duplicate(await changes.find(unit, identifier))
            existing = await index.between(unit, one, other)
            if existing:
                return unit.reply(wire.separation(unit.organization, existing))
            new = Separation(identifiers.new(), one, other, unit.actor, changes.now())
            await index.separate(unit, new)
            created = wire.separation(unit.organization, new)
            _record(unit, created, "created")
            return unit.reply(created)

    async def ListSeparations(
        self, request: separation_pb2.ListSeparationsRequest, context: Context
    ) -> separation_pb2.ListSeparationsResponse:
        """Lists separations, a page at a time."""
        wanted = PageRequest(
            f"ListSeparations:{request.parent}", request.page_size, request.page_token, request.filter, request.order_by
        )
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                index.SEPARATED,
                wanted,
                fields=SEPARATION_FIELDS,
                default_order="create_time desc",
                key=SEPARATIONS.c.id,
            )
        found = [wire.separation(unit.organization, index.separation(row)) for row in page.rows]
        return separation_pb2.ListSeparationsResponse(separations=found, next_page_token=page.next_page_token)

    async def DeleteSeparation(self, request: separation_pb2.DeleteSeparationRequest, context: Context) -> Empty:
        """Lets two findings be matched again."""
        _, identifier = names.parse(SEPARATION, request.name)
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            ended = await index.end(unit, identifier)
            if ended is None:
                raise not_found(request.name)
            _record(unit, wire.separation(unit.organization, ended), "deleted")
            return unit.reply(Empty())


def _record(unit: Unit, separation: separation_pb2.Separation, verb: str) -> None:
    summary = f"A separation of two findings was {verb}"
    unit.record(Event(f"separation.{verb}", separation.name, summary, separation.SerializeToString(), _SNAPSHOT))
