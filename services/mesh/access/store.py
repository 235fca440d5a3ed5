"""The one row that authorization reads: the view `caller_access`, which both planes may read for their own caller."""

from sqlalchemy import ARRAY, Boolean, Column, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.mesh.access.model import WHILE_DELETED, WHILE_SUSPENDED, Standing
from services.mesh.calls import Call, Caller
from services.mesh.queries import Query
from services.mesh.roles import granted_by
from services.mesh.tables import METADATA

CALLER_ACCESS = Table(
    "caller_access",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("session_lives", Boolean, nullable=False),
    Column("member", Boolean, nullable=False),
    Column("organization_suspended", Boolean, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("organization_deleted", Boolean, nullable=False),
    Column("organization_gone", Boolean, nullable=False),
    Column("second_factor_required", Boolean, nullable=False),
)
_STANDING = Query(select(CALLER_ACCESS).where(CALLER_ACCESS.c.session_id == bindparam("session", type_=Uuid())))


async def read(engine: AsyncEngine, caller: Caller) -> Standing:
    """Returns what an account may do now, seen as the account itself sees it.

    Raises:
        Failure: UNAVAILABLE; the database is gone.
    """
    call = Call(method="access", caller=caller, organization=caller.organization)
    row = await _STANDING.one(engine, call, session=caller.session)
    if row is None or not row.session_lives:
        return Standing()
    if row.organization_gone or not row.member:
        return Standing(session_lives=True, organization_gone=row.organization_gone)
    if row.second_factor_required and not caller.second_factor:
        return Standing(session_lives=True, second_factor_missing=True)
    permissions = granted_by(row.roles).union(row.permissions)
    if row.organization_deleted:
        permissions &= WHILE_DELETED
    elif row.organization_suspended:
        permissions &= WHILE_SUSPENDED
    return Standing(
        session_lives=True,
        member=True,
        organization_suspended=row.organization_suspended,
        roles=tuple(row.roles),
        permissions=permissions,
        organization_deleted=row.organization_deleted,
    )
