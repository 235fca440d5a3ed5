"""Counts of uses."""

import pytest

from services.security.identity.passkeys.domain import counts_on


@pytest.mark.parametrize(
    ("before", "after", "goes_on"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (1, 9, True), (1, 1, False), (2, 1, False), (1, 0, False)],
)
def test_a_count_goes_up_or_is_never_kept(before: int, after: int, goes_on: bool) -> None:
    assert counts_on(before, after) == goes_on
