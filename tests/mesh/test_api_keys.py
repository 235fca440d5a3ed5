"""The form of API keys: found by whoever looks for leaks, and nothing is taken for one that isn't."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from services.mesh import api_keys, identifiers


@given(organization=st.uuids(), identifier=st.uuids())
def test_a_key_says_whose_it_is(organization: object, identifier: object) -> None:
    text, kept = api_keys.new(organization, identifier)  # type: ignore[arg-type]  # st.uuids gives UUIDs
    assert api_keys.parse(text) == kept
    assert (kept.organization, kept.id) == (organization, identifier)
    assert len(text) == 97


def test_a_key_is_found_in_other_text() -> None:
    text, _ = api_keys.new(identifiers.new(), identifiers.new())
    leaked = f'curl -H "Authorization: Bearer {text}" https://example.com'
    assert re.findall(r"\bxorb_[0-9A-Za-z]{92}\b", leaked) == [text]


def test_two_keys_differ_in_what_cannot_be_guessed() -> None:
    organization, identifier = identifiers.new(), identifiers.new()
    made = {api_keys.new(organization, identifier)[0] for _ in range(100)}
    assert len({text[48:91] for text in made}) == 100
    assert {text[:48] for text in made} == {next(iter(made))[:48]}


@given(place=st.integers(5, 96), character=st.sampled_from(string.ascii_letters + string.digits))
def test_a_slip_of_the_pen_is_noticed(place: int, character: str) -> None:
    text, _ = api_keys.new(identifiers.new(), identifiers.new())
    changed = text[:place] + character + text[place + 1 :]
    assert changed == text or api_keys.parse(changed) is None


def test_other_tokens_are_no_keys() -> None:
    text, _ = api_keys.new(identifiers.new(), identifiers.new())
    for other in (
        "",
        "xorb_",
        text[:-1],
        f"{text}0",
        text.upper(),
        f"xorb_rt_{text[8:]}",
        "xorb_" + "z" * 92,
        f"{text}\n",
    ):
        assert api_keys.parse(other) is None


def test_a_key_is_not_in_its_representation() -> None:
    text, kept = api_keys.new(identifiers.new(), identifiers.new())
    assert text[48:91] not in repr(kept)
    assert kept.digest.hex() not in repr(kept)
