"""Elements of XML: which ones, where, and what is refused."""

import pytest

from services.core.findings.formats.kernel.errors import Malformed
from services.core.findings.formats.kernel.limits import Limits
from services.core.findings.formats.kernel.model import Refused
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.readers.xml import xml_elements

DOCUMENT = b"""<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://unreachable.invalid/r.dtd">
<r v="1" xmlns="urn:r" xmlns:x="urn:x"><host name="a"><x:item n="1"> one <b>two</b></x:item>
<item n="2"/><other><item n="no"/></other></host>
<host name="b"><item n="3"><![CDATA[<3>]]></item></host><item n="no"/></r>"""


def elements(content: bytes, *paths: str, limits: Limits | None = None) -> list[Record | Refused]:
    return list(xml_elements(Source.of(content, limits=limits or Limits()), *paths))


def test_elements_come_with_their_lines_and_what_is_around_them() -> None:
    found = [one for one in elements(DOCUMENT, "r/host/item") if isinstance(one, Record)]
    assert [one.tag.attribute("n") for one in found] == ["1", "2", "3"]
    assert [one.tag.text() for one in found] == ["one two", "", "<3>"]
    assert [one.position for one in found] == ["line 2", "line 3", "line 4"]
    assert [dict(one.ancestors[1]) for one in found] == [{"name": "a"}, {"name": "a"}, {"name": "b"}]


def test_any_name() -> None:
    assert [one.tag.name for one in elements(DOCUMENT, "r/*/item", "r/item") if isinstance(one, Record)] == ["item"] * 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><i>Größe</i></r>'
    assert [one.tag.text() for one in elements(text.encode(encoding), "r/i") if isinstance(one, Record)] == ["Größe"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'<!DOCTYPE r [<!ENTITY a "ha">]><r>&a;</r>', "declares the entity 'a'"),
        (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r>&a;</r>', "declares the entity 'a'"),
        (b'<!DOCTYPE r [<!ENTITY % a SYSTEM "http://unreachable.invalid/">%a;]><r/>', "declares the entity 'a'"),
        (b'<!DOCTYPE r [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "x" NDATA n>]><r/>', "declares the entity 'a'"),
        (b"<r>" * 101, "nested more than 100 deep"),
        (b"<r><i></r>", "isn't well-formed"),
        (b"<r><i>", "isn't well-formed"),
        (b"", "isn't well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><r/>', "isn't well-formed"),
        (b"<r>&x;</r>", "isn't well-formed"),
    ],
)
def test_harm_and_damage_end_the_file(content: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason) as caught:
        elements(content, "r/i")
    assert caught.value.position.startswith("line ")


def test_defaults_of_a_document_type_add_nothing() -> None:
    content = b'<!DOCTYPE r [<!ATTLIST i big CDATA "' + b"x" * 1000 + b'">]><r><i/></r>'
    (record,) = elements(content, "r/i")
    assert isinstance(record, Record)
    assert record.tag.attribute("big") == ""


def test_an_element_that_is_too_large_is_refused_and_the_next_is_read() -> None:
    content = b"<r>\n<i>" + b"x" * 300 + b"</i>\n<i>" + b"<b/>" * 20 + b"</i>\n<i/></r>"
    found = elements(content, "r/i", limits=Limits(record=200))
    assert found[:2] == [Refused(f"line {line}", "the element is larger than 200 bytes") for line in (2, 3)]
    assert isinstance(found[2], Record)


@pytest.mark.parametrize("start", [b"<r><!--", b'<r a="', b"<r><?p "])
def test_a_tag_without_end_is_not_collected(start: bytes) -> None:
    with pytest.raises(Malformed, match="a tag is longer than 100000 bytes"):
        elements(start + b"x" * 1_000_000, "r/i", limits=Limits(token=100_000))
