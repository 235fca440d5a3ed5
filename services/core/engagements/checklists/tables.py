"""The table of checklists, and the fields that lists name."""

from sqlalchemy import ARRAY, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text, Uuid

from services.core.engagements.checklists.catalogue import Methodology
from services.core.engagements.checklists.domain import State
from services.mesh.encryption.resealing import SealedTable
from services.mesh.filters import Field
from services.mesh.tables import METADATA

ITEMS = Table(
    "checklist_items",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("engagement_id", Uuid, nullable=False),
    Column("methodology", SmallInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("assignee", Uuid),
    Column("notes", LargeBinary, nullable=False),
    Column("findings", ARRAY(Uuid), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("data_key_id", Uuid),
)

SEALED = (SealedTable(ITEMS, ("id",), ("notes",)),)
"""What a rotation of the organization's key seals anew."""

FIELDS = {
    "methodology": Field(ITEMS.c.methodology, "enum", values={one.name: one.value for one in Methodology}),
    "code": Field(ITEMS.c.code, "text"),
    "state": Field(ITEMS.c.state, "enum", values={state.name: state.value for state in State}),
    "assignee": Field(ITEMS.c.assignee, "name", pattern="organizations/{organization}/members/{member}"),
    "update_time": Field(ITEMS.c.updated_at, "time"),
    "place": Field(ITEMS.c.place, "number"),
}
"""What lists are filtered and sorted by."""

DEFAULT_ORDER = "methodology, place"
"""As the methodologies have them."""
