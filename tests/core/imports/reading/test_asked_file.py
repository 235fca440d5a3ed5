"""A file that is asked for reads as one on disk."""

import io

from hypothesis import given
from hypothesis import strategies as st

from services.core.imports.reading.asked_file import AskedFile

_CONTENT = bytes(range(256)) * 4
_STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, len(_CONTENT) + 10)), max_size=20)


@given(_STEPS, st.integers(1, 300))
def test_it_reads_as_a_file_does(steps: list[tuple[bool, int]], block: int) -> None:
    known = io.BytesIO(_CONTENT)
    asked = io.BufferedReader(AskedFile(lambda position: _CONTENT[position : position + block]), 16)
    for seeks, number in steps:
        if seeks:
            assert asked.seek(number) == known.seek(number)
        else:
            assert asked.read(number) == known.read(number)
    assert asked.read() == known.read()


def test_one_block_is_asked_for_once_while_it_is_read() -> None:
    asked: list[int] = []

    def ask(position: int) -> bytes:
        asked.append(position)
        return _CONTENT[position : position + 512]

    file = AskedFile(ask)
    content = b""
    while piece := file.read(100):
        content += piece
    assert content == _CONTENT
    assert asked == [0, 512, 1024]
