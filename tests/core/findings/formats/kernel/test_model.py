"""What is reported is fit for storage whatever was in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.findings.formats.kernel.errors import Unreadable
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import NAME, TEXT, Reported, Tool

TOOL = Tool("A tool")


@given(st.text(), st.text(), st.text())
def test_texts_are_storable(title: str, description: str, reference: str) -> None:
    one = Reported(
        tool=TOOL, check="c", location=Endpoint("h"), title=title, description=description, references=(reference,) * 2
    )
    for text in (one.title, one.description, *one.references):
        assert "\0" not in text
        text.encode()
    assert "\n" not in one.title
    assert len(one.references) <= 1


def test_lone_surrogates_and_lengths() -> None:
    one = Reported(tool=TOOL, check="c\ud800", location=Endpoint("H."), title="t" * 9999, evidence="é\0\r\n" * 99_999)
    assert one.check == "c?"
    assert len(one.title) == NAME
    assert len(one.evidence) <= TEXT
    assert one.evidence.startswith("é\né")
    assert one.title.endswith("…")


def test_what_is_missing_is_filled_in() -> None:
    assert Reported(tool=TOOL, check="c", location=Endpoint("H.")).title == "c"
    assert Reported(tool=TOOL, check="", title="t", location=Endpoint("H.")).check == "t"
    assert Reported(tool=TOOL, check="c", location=Endpoint("H.")).asset == "h"
    with pytest.raises(Unreadable, match="neither title nor check"):
        Reported(tool=TOOL, check=" ", location=Endpoint("h"))
