"""The sessions service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from uuid import UUID

from xorb.security.v1 import session_pb2, session_pb2_grpc

from services.mesh import calls, names
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.security.identity import domain, store, wire

_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(store.SESSIONS.c.created_at, "time")})


@dataclass
class SessionsServicer(session_pb2_grpc.SessionsServiceServicer):
    """Serves `xorb.security.v1.SessionsService`; everybody for themselves.

    Args:
        database: Where sessions are.
        pager: Cuts lists into pages.
        access: Told when a session ends.
    """

    database: Database
    pager: Pager
    access: Announcer

    async def ListSessions(  # noqa: N802 - gRPC's name
        self, request: session_pb2.ListSessionsRequest, context: Context
    ) -> session_pb2.ListSessionsResponse:
        """Lists the caller's sessions that go on."""
        (account,) = names.parse("accounts/{account}", request.parent)
        _require_own(account, request.parent)
        wanted = PageRequest(f"ListSessions:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.living(account),
                wanted,
                fields=_FIELDS,
                default_order="create_time desc",
                key=store.SESSIONS.c.id,
            )
        current = calls.current().caller.session
        sessions = [wire.session(store.session(row), current) for row in page.mappings]
        return session_pb2.ListSessionsResponse(sessions=sessions, next_page_token=page.next_page_token)

    async def RevokeSession(  # noqa: N802 - gRPC's name
        self, request: session_pb2.RevokeSessionRequest, context: Context
    ) -> session_pb2.Session:
        """Ends one of the caller's sessions; another one than the present takes a recent sign-in."""
        account, identifier = names.parse("accounts/{account}/sessions/{session}", request.name)
        _require_own(account, request.name)
        now, present = datetime.now(UTC), UUID(calls.current().caller.session)
        async with self.database.unit() as unit:
            if identifier != present:
                domain.require_recent(await store.began(unit, present), now)
            found = await store.one_living(unit, account, identifier)
            if found is None:
                raise not_found(request.name)
            await store.end_session(unit, identifier, now)
            unit.record(Event("account.session_revoked", unit.actor, "An account ended one of its sessions"))
            unit.afterwards(partial(self.access.announce, Change(session=str(identifier))))
            return unit.reply(wire.session(replace(found, ended_at=now), unit.call.caller.session))


def _require_own(account: UUID, name: str) -> None:
    if account != calls.current().caller.account:
        raise not_found(name)
