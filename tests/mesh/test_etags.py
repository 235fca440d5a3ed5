"""An etag changes with every revision and is asked for exactly."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mesh import etags, identifiers
from services.mesh.errors import Failure, Reason

REVISIONS = st.integers(0, 2**63 - 1)


@given(st.uuids(), REVISIONS, REVISIONS)
def test_differs_by_revision(identifier: UUID, first: int, second: int) -> None:
    same = etags.etag(identifier, first) == etags.etag(identifier, second)
    assert same == (first == second)


def test_differs_by_resource() -> None:
    assert etags.etag(identifiers.new(), 1) != etags.etag(identifiers.new(), 1)


def test_is_a_strong_entity_tag() -> None:
    value = etags.etag(identifiers.new(), 7)
    assert value.startswith('"')
    assert value.endswith('"')
    assert len(value) == 18


def test_asks_for_the_current_one() -> None:
    identifier = identifiers.new()
    current = etags.etag(identifier, 2)
    etags.require("", current)
    etags.require(current, current)
    for given_etag in (etags.etag(identifier, 1), current.strip('"'), "*"):
        with pytest.raises(Failure) as caught:
            etags.require(given_etag, current)
        assert caught.value.reason is Reason.ETAG_MISMATCH
