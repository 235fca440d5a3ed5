"""Words in findings: which there are, in how many findings, and whether a finding has them all now.

`finding_words` is kept by the database, with each statement that writes findings. Nothing is removed from it: what it
says of a finding whose text has changed is looked up again in the finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    func,
    literal,
    select,
    true,
)

from services.mesh.database import Unit
from services.mesh.pages import Columns
from services.mesh.tables import METADATA

WORDS = Table(
    "finding_words",
    METADATA,
    Column("organization_id", Uuid, primary_key=True),
    Column("word", Text(collation="C"), primary_key=True),
    Column("last_id", Uuid, primary_key=True),
    Column("first_id", Uuid, nullable=False),
    Column("id", Uuid, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("finding_ids", ARRAY(Uuid), nullable=False),
)

_CONFIGURATION = "simple"
_BETWEEN = "./-_<"
_DESCRIBED = 300
_MOST_SEGMENTS = 200
_COUNTED = 1001


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and how many findings were written with it."""

    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The newest findings with a word, as far as they are looked at for one page.

    Attributes:
        word: The word.
        segments: The rows of `finding_words` that have them: last identifier and identifier.
        below: All findings of the word that are elsewhere have this identifier or a lower one; None where all are here.
    """

    word: str
    segments: tuple[tuple[UUID, UUID], ...]
    below: UUID | None


async def known(unit: Unit, query: str) -> list[Word] | None:
    """Returns a query's words, the rarest first; None where one of them is in no finding.

    Of each at most `_COUNTED` rows are looked at, so that sizes of common words are the least that they can be.
    """
    wanted = (await unit.execute(select(func.tsvector_to_array(_vector(_parted(literal(query))))))).scalar_one()
    sought = func.unnest(literal(wanted, ARRAY(Text))).column_valued("sought")
    sizes = select(WORDS.c.size).where(WORDS.c.word == sought.collate("C")).limit(_COUNTED).lateral("sizes")
    counted = select(sought.label("word"), func.sum(sizes.c.size).label("total")).join(sizes, true()).group_by(sought)
    found = [Word(row.word, int(row.total)) for row in await unit.execute(counted)]
    return sorted(found, key=lambda word: word.size) if len(found) == len(wanted) else None


def having(word: Word) -> Select[Any]:
    """Returns the statement for the identifiers of all findings that were written with a word."""
    return select(func.unnest(WORDS.c.finding_ids)).where(WORDS.c.word == word.text)


def within(identifier: ColumnElement[UUID], stretch: Stretch) -> ColumnElement[bool]:
    """Returns the condition that an identifier is one of a stretch, so that an index is entered with it in order."""
    last, segments = zip(*stretch.segments, strict=True) if stretch.segments else ((), ())
    members = select(func.unnest(WORDS.c.finding_ids)).where(
        WORDS.c.word == stretch.word,
        WORDS.c.last_id == any_(literal(list(last), ARRAY(Uuid))),
        WORDS.c.id == any_(literal(list(segments), ARRAY(Uuid))),
    )
    return identifier == any_(func.array(members.scalar_subquery(), type_=ARRAY(Uuid)))


async def stretch(unit: Unit, word: Word, before: UUID | None, size: int) -> Stretch:
    """Returns the newest findings with a word, of those with a lower identifier than `before`: about `size`."""
    newest = select(WORDS.c.id, WORDS.c.last_id, WORDS.c.size).where(WORDS.c.word == word.text)
    if before is not None:
        newest = newest.where(WORDS.c.first_id < before)
    rows = (await unit.execute(newest.order_by(WORDS.c.last_id.desc()).limit(_MOST_SEGMENTS + 1))).all()
    return _cut(word, rows, size)


def _cut(word: Word, rows: Sequence[Any], size: int) -> Stretch:
    taken: list[tuple[UUID, UUID]] = []
    for row in rows[:_MOST_SEGMENTS]:
        if size <= 0:
            break
        taken.append((row.last_id, row.id))
        size -= row.size
    return Stretch(word.text, tuple(taken), rows[len(taken)].last_id if len(rows) > len(taken) else None)


def has_all(columns: Columns, query: str) -> ColumnElement[bool]:
    """Returns the condition that a finding's text, as it is now, has all words of a query."""
    words = func.plainto_tsquery(_CONFIGURATION, _parted(literal(query)))
    condition: ColumnElement[bool] = _vector(_parted(_text(columns))).bool_op("@@")(words)
    return condition


def _text(columns: Columns) -> ColumnElement[Any]:
    return func.concat_ws(
        " ",
        columns.title,
        columns.check_id,
        columns.asset,
        columns.location,
        func.array_to_string(columns.cves, " "),
        func.concat("CWE-", func.array_to_string(columns.cwes, " CWE-")),
        func.left(columns.description, _DESCRIBED),
    )


def _parted(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Returns a text with what stands between words as spaces: PostgreSQL's parser would keep addresses whole."""
    return reduce(lambda parted, character: func.replace(parted, character, " "), _BETWEEN, text)


def _vector(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.to_tsvector(_CONFIGURATION, text)
