"""Values travel with their types."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils import UUID as FOREIGN_UUID

from services.mesh import cursors

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
)


@given(st.lists(VALUES, max_size=5))
def test_values_come_back_as_they_were(values: list[object]) -> None:
    back = cursors.decode(cursors.encode(values))
    assert back == values
    assert [type(value) for value in back] == [type(value) for value in values]


@pytest.mark.parametrize("value", [[1], b"x", object(), FOREIGN_UUID(int=1)])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="can't be sorted"):
        cursors.encode([value])
