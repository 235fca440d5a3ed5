"""How much an organization has in the database: what a refused request leaves behind would be seen here."""

from collections.abc import Mapping

from sqlalchemy import text

from services.mesh.database import Database
from services.mesh.testing import call_of
from tests.e2e.members import Member

_TABLES = text(
    "SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'organization_id' ORDER BY 1"
)
# That a request was refused is written down, which is no change.
_CHANGES = {"event_log": " WHERE type NOT LIKE 'access.%'"}


async def rows(database: Database, member: Member) -> Mapping[str, int]:
    """The number of rows of the member's organization, by table; as the services see them."""
    async with database.unit(call_of(member.identifier)) as unit:
        tables = (await unit.execute(_TABLES)).scalars().all()
        counts = {name: text(f"SELECT count(*) FROM {name}{_CHANGES.get(name, '')}") for name in tables}  # noqa: S608 - names of the schema
        return {name: int((await unit.execute(count)).scalar_one()) for name, count in counts.items()}
