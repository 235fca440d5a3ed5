"""Every record of a file is reported or refused, at its place, and damage at one leaves the others as they are."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.findings.formats import registry
from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.format import collect, each
from services.core.findings.formats.kernel.limits import LIMITS, Limits
from services.core.findings.formats.kernel.locations import Endpoint
from services.core.findings.formats.kernel.model import Entry, Refused, Reported, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.json import json_values
from tests.core.findings.formats.files import OURS

GOOD = {"template-id": "t", "info": {"name": "n", "severity": "low"}, "host": "h:1"}
BAD: list[object] = [{}, {"template-id": "t"}, {**GOOD, "info": []}, {**GOOD, "host": {}}, {"info": None, "host": "h"}]
RECORDS = st.lists(st.sampled_from([GOOD, *BAD]), max_size=12)
ONE = Reported(tool=Tool("t"), check="c", location=Endpoint("h"))


def read(content: bytes) -> list[Entry]:
    return list(registry.read(registry.formats()["nuclei"], Source.of(content)))


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_lines_and_lists_are_accounted_for(records: list[object]) -> None:
    expected = [record is GOOD for record in records]
    for content in ("\n".join(json.dumps(record) for record in records), json.dumps(records)):
        assert [isinstance(entry, Reported) for entry in read(content.encode())] == expected


@settings(max_examples=40, deadline=None)
@given(RECORDS, st.floats(0, 1))
def test_a_file_cut_short_says_what_it_says_up_to_the_cut(records: list[object], end: float) -> None:
    content = "\n".join(json.dumps(record) for record in records).encode()
    cut = content[: int(end * len(content))]
    whole, part = read(content), read(cut)
    assert part[:-1] == whole[: max(0, len(part) - 1)]
    assert len(part) <= cut.count(b"\n") + 1


@pytest.mark.parametrize("size", [100, 700, 1400])
def test_a_list_cut_short_is_malformed_after_what_it_says(size: int) -> None:
    content = (OURS / "nuclei/export.json").read_bytes()
    found: list[Entry] = []
    with pytest.raises(Malformed):
        found.extend(registry.read(registry.formats()["nuclei"], Source.of(content[:size])))
    assert found == read(content)[: len(found)]


def test_a_record_that_fails_half_way_keeps_what_it_gave() -> None:
    def convert(record: Record) -> list[Reported]:
        raise ValueError(f"no {record.position}")

    assert list(each([Record("a"), Refused("b", "why")], convert)) == [Refused("a", "no a"), Refused("b", "why")]


def test_places_of_one_record_are_bounded() -> None:
    found = list(
        each([Record("a"), Record("b")], lambda record: [ONE] * (LIMITS.places + 5 if record.position == "a" else 1))
    )
    assert len(found) == LIMITS.places + 2
    assert [entry for entry in found if isinstance(entry, Refused)] == [
        Refused("a", f"it has more than {LIMITS.places} places; these are read")
    ]


@pytest.mark.parametrize("limits", [Limits(kept=3), Limits(weight=500)])
def test_what_is_kept_is_bounded(limits: Limits) -> None:
    source = Source.of(json.dumps(["x" * 100] * 10).encode(), limits=limits)
    with pytest.raises(Malformed, match="kept in mind"):
        list(collect(source, json_values(source, "[]")))
