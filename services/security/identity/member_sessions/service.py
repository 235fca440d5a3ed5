"""The member sessions service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from uuid import UUID

import grpc
import grpc.aio
from xorb.security.v1 import member_session_pb2, member_session_pb2_grpc

from services.mesh import names
from services.mesh.access.model import Announcer, Change
from services.mesh.database import Database, Unit
from services.mesh.errors import not_found
from services.mesh.events.model import Event
from services.mesh.filters import Field
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.security.identity import domain, store
from services.security.identity.domain import Session
from services.security.identity.memberships import Memberships

_MEMBER = "organizations/{organization}/members/{member}"
_FIELDS: Mapping[str, Field] = MappingProxyType({"create_time": Field(store.SESSIONS.c.created_at, "time")})


@dataclass
class MemberSessionsServicer(member_session_pb2_grpc.MemberSessionsServiceServicer):
    """Serves `xorb.security.v1.MemberSessionsService`.

    Args:
        database: Where sessions are.
        pager: Cuts lists into pages.
        access: Told when a session ends.
        memberships: What the core plane knows.
    """

    database: Database
    pager: Pager
    access: Announcer
    memberships: Memberships

    async def ListMemberSessions(
        self, request: member_session_pb2.ListMemberSessionsRequest, context: Context
    ) -> member_session_pb2.ListMemberSessionsResponse:
        """Lists a member's sessions in the organization, a page at a time."""
        _, member = names.parse(_MEMBER, request.parent)
        wanted = PageRequest(f"ListMemberSessions:{request.parent}", request.page_size, request.page_token)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit,
                store.working(member, unit.organization),
                wanted,
                fields=_FIELDS,
                default_order="create_time desc",
                key=store.SESSIONS.c.id,
            )
            found = [_message(unit, store.session(row)) for row in page.mappings]
        if not found and not request.page_token:
            await self._require_member(member, request.parent)
        return member_session_pb2.ListMemberSessionsResponse(sessions=found, next_page_token=page.next_page_token)

    async def _require_member(self, account: UUID, name: str) -> None:
        """Tells a member who isn't signed in from somebody who isn't a member."""
        organization = names.join("organizations", names.parse(_MEMBER, name)[0])
        try:
            await self.memberships.resolve(account, organization)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise not_found(name) from error
            raise

    async def RevokeMemberSession(
        self, request: member_session_pb2.RevokeMemberSessionRequest, context: Context
    ) -> member_session_pb2.MemberSession:
        """Ends a member's session in the organization; for one's own the rule is that of one's account."""
        _, member, identifier = names.parse(_MEMBER + "/memberSessions/{member_session}", request.name)
        async with self.database.unit() as unit:
            if member == unit.call.caller.account and str(identifier) != unit.call.caller.session:
                domain.require_recent(await store.began(unit, UUID(unit.call.caller.session)), datetime.now(UTC))
            ended = await _end(unit, member, identifier)
            if ended is None:
                raise not_found(request.name)
            message = _message(unit, ended)
            unit.record(
                Event(
                    "member.session_revoked",
                    request.name,
                    "A member's session was ended by an administrator",
                    message.SerializeToString(),
                    message.DESCRIPTOR.full_name,
                )
            )
            unit.afterwards(partial(self.access.announce, Change(session=str(identifier))))
            return unit.reply(message)


async def _end(unit: Unit, member: UUID, identifier: UUID) -> Session | None:
    """Ends a session that works in the unit's organization; None where there is none."""
    now = datetime.now(UTC)
    found = await store.one_living(unit, member, identifier)
    if found is None or found.organization != unit.organization:
        return None
    await store.end_session(unit, identifier, now)
    return replace(found, ended_at=now)


def _message(unit: Unit, session: Session) -> member_session_pb2.MemberSession:
    return member_session_pb2.MemberSession(
        name=names.join("organizations", unit.organization, "members", session.account, "memberSessions", session.id),
        create_time=session.created_at,
        expire_time=session.expires_at,
        end_time=session.ended_at,
        current=str(session.id) == unit.call.caller.session,
    )
