"""No sealed column is forgotten by a rotation."""

from services.mesh.tables import METADATA
from services.roles.sealed import SEALED


def test_every_table_with_a_data_key_is_sealed_anew() -> None:
    sealed = {table.name for table in METADATA.tables.values() if "data_key_id" in table.columns}
    assert sealed == {one.table.name for one in SEALED}
    for one in SEALED:
        key = {column.name for column in one.table.primary_key} - {"organization_id"}
        assert set(one.key) == key
        assert set(one.bound) <= key
