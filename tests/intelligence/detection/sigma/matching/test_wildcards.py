"""Patterns mean what the same regular expression means, and never take long."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.intelligence.detection.sigma.expressions import Parts, Wildcard
from services.intelligence.detection.sigma.matching.wildcards import like

PARTS = st.lists(st.one_of(st.text("ab", min_size=1, max_size=3), st.sampled_from(Wildcard)), max_size=7).map(tuple)


def _as_regex(parts: Parts) -> str:
    return "".join(re.escape(part) if isinstance(part, str) else {"*": ".*", "?": "."}[part.value] for part in parts)


@given(PARTS, st.text("ab", max_size=12))
def test_it_means_what_the_regular_expression_means(parts: Parts, text: str) -> None:
    assert like(parts, text) is (re.fullmatch(_as_regex(parts), text, re.DOTALL) is not None)


def test_many_stars_never_try_a_place_twice() -> None:
    parts = (*(part for _ in range(200) for part in (Wildcard.ANY, "a", Wildcard.ONE)), "b")
    assert not like(parts, "a" * 100_000)
