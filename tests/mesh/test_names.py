"""Resource names are read strictly: one resource has one name."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh import identifiers, names
from services.mesh.errors import Failure, Reason

PATTERN = "organizations/{organization}/targets/{target}"
FIRST, SECOND = identifiers.new(), identifiers.new()


@given(st.uuids(), st.uuids())
def test_reads_what_it_joins(organization: UUID, target: UUID) -> None:
    assert names.parse(PATTERN, names.join("organizations", organization, "targets", target)) == (
        organization,
        target,
    )


def test_reads_a_name_with_a_fixed_prefix() -> None:
    name = f"operations/organizations/{FIRST}/scans/{SECOND}"
    assert names.parse("operations/organizations/{organization}/scans/{scan}", name) == (FIRST, SECOND)


@pytest.mark.parametrize(
    "name",
    [
        "",
        f"organizations/{FIRST}",
        f"organizations/{FIRST}/targets/",
        f"organizations/{FIRST}/targets/-",
        f"organizations/{FIRST}/targets/*",
        f"organizations/{FIRST}/scans/{SECOND}",
        f"organizations/{FIRST}/targets/{SECOND}/",
        f"/organizations/{FIRST}/targets/{SECOND}",
        f"organizations/{FIRST}/targets/{SECOND}\n",
        f"organizations/{FIRST}/targets/{str(SECOND).upper()}",
        f"organizations/{FIRST}/targets/{{{SECOND}}}",
        f"organizations/{FIRST}/targets/urn:uuid:{SECOND}",
        f"organizations/{FIRST}/targets/{SECOND.hex}",
        f"organizations/{FIRST}/targets/{SECOND}' OR 1=1 --",
        f"organizations/{FIRST}/targets/{str(SECOND)[:-1]}\N{ARABIC-INDIC DIGIT ONE}",
        "x" * 100_000,
    ],
)
def test_refuses_any_other_form_and_says_the_right_one(name: str) -> None:
    with pytest.raises(Failure) as failure:
        names.parse(PATTERN, name)
    assert failure.value.reason is Reason.INVALID_NAME
    assert PATTERN in str(failure.value)
    assert len(str(failure.value)) < 200
