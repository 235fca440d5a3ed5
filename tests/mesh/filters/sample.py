"""A table with a column of every kind, its rows and its filters, made up at random."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.mesh import names
from services.mesh.filters import Field

SAMPLES = Table(
    "filter_samples",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("title", Text),
    Column("count", BigInteger),
    Column("score", Numeric),
    Column("ratio", Double),
    Column("create_time", DateTime(timezone=True)),
    Column("severity", SmallInteger),
    Column("state", Text),
    Column("verified", Boolean),
    Column("target_id", Uuid),
    Column("tags", ARRAY(Text)),
    Column("ports", ARRAY(Integer)),
    Column("levels", ARRAY(SmallInteger)),
    prefixes=["TEMPORARY"],
)
SEVERITIES = {"LOW": 1, "MEDIUM": 5, "HIGH": 9}
STATES = {"OPEN": "open", "IN_WORK": "in work", "CLOSED": "closed"}
PATTERN = "organizations/{organization}/targets/{target}"
FIELDS = {
    "title": Field(SAMPLES.c.title, "text"),
    "count": Field(SAMPLES.c.count, "number"),
    "score.base": Field(SAMPLES.c.score, "number"),
    "ratio": Field(SAMPLES.c.ratio, "number"),
    "create_time": Field(SAMPLES.c.create_time, "time"),
    "severity": Field(SAMPLES.c.severity, "enum", values=SEVERITIES),
    "state": Field(SAMPLES.c.state, "enum", values=STATES),
    "verified": Field(SAMPLES.c.verified, "flag"),
    "target": Field(SAMPLES.c.target_id, "name", pattern=PATTERN),
    "tags": Field(SAMPLES.c.tags, "text", repeated=True),
    "ports": Field(SAMPLES.c.ports, "number", repeated=True),
    "levels": Field(SAMPLES.c.levels, "enum", values=SEVERITIES, repeated=True),
}
COLUMNS = {"score.base": "score", "target": "target_id"}
ORGANIZATION = UUID(int=1)

TEXTS = st.text(st.sampled_from("aAbB%_\\*/'\" éÉßSsİi\u0131ΣΔδ\u03c3ς"), max_size=4)
NUMBERS = st.sampled_from(["-1", "0", "0.1", "0.10", "1", "1.5", "2", "1e1", "10", "1e-2", "123456789012345678901"])
TIMES = st.sampled_from(
    ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000001Z", "2026-06-01t12:00:00-03:30"]
)
TARGETS = st.sampled_from([names.join("organizations", ORGANIZATION, "targets", UUID(int=n)) for n in (7, 8)])
FLAGS = st.sampled_from(["true", "false"])
INTEGERS = st.sampled_from([-1, 0, 1, 2, 10])

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXTS,
    "count": INTEGERS,
    "score.base": st.sampled_from(["-1", "0", "0.1", "1", "1.50", "10", "123456789012345678901"]).map(Decimal),
    "ratio": st.sampled_from([-1.0, -0.0, 0.1, 1.0, 1.5, 10.0, 123456789012345678901.0]),
    "create_time": TIMES.map(lambda text: datetime.fromisoformat(text.upper()).astimezone(UTC)),
    "severity": st.sampled_from(list(SEVERITIES.values())),
    "state": st.sampled_from(list(STATES.values())),
    "verified": st.booleans(),
    "target": TARGETS,
    "tags": st.lists(TEXTS | st.none(), max_size=3),
    "ports": st.lists(INTEGERS | st.none(), max_size=3),
    "levels": st.lists(st.sampled_from(list(SEVERITIES.values())) | st.none(), max_size=3),
}
ROWS = st.fixed_dictionaries({name: st.none() | values for name, values in _VALUES.items()})

_EQUALITY, _ORDER, _HAS = ("=", "!=", ":"), ("<", "<=", ">", ">="), (":",)


def quoted(text: str) -> str:
    """Returns a text between quotation marks, with nothing in it that means something."""
    escaped = "".join("\\" + character if character in "\\\"'*" else character for character in text)
    return f'"{escaped}"'


def restrictions(name: str, operators: tuple[str, ...], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Returns comparisons of one field."""
    return st.tuples(st.just(name), st.sampled_from(operators), values).map(" ".join)


_WILD = st.tuples(st.sampled_from(["", "*"]), TEXTS, st.sampled_from(["", "*"])).map(
    lambda parts: f'"{parts[0]}{quoted(parts[1])[1:-1]}{parts[2]}"'
)
RESTRICTIONS = st.one_of(
    restrictions("title", _EQUALITY, _WILD),
    restrictions("title", _ORDER, TEXTS.map(quoted)),
    restrictions("count", _EQUALITY + _ORDER, NUMBERS),
    restrictions("score.base", _EQUALITY + _ORDER, NUMBERS),
    restrictions("ratio", _EQUALITY + _ORDER, NUMBERS),
    restrictions("create_time", _EQUALITY + _ORDER, TIMES),
    restrictions("severity", _EQUALITY + _ORDER, st.sampled_from(list(SEVERITIES))),
    restrictions("state", _EQUALITY + _ORDER, st.sampled_from(list(STATES))),
    restrictions("verified", _EQUALITY, FLAGS),
    restrictions("target", _EQUALITY, TARGETS),
    restrictions("tags", _HAS, TEXTS.map(quoted)),
    restrictions("ports", _HAS, NUMBERS),
    restrictions("levels", _HAS, st.sampled_from(list(SEVERITIES))),
    restrictions("title", _HAS, st.just("*")),
    st.sampled_from(list(FIELDS)).map(lambda name: f"{name}:*"),
)


def _combined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = parts.map(lambda part: f"({part})")
    return st.one_of(
        groups.map(lambda group: f"NOT {group}"),
        groups.map(lambda group: f"-{group}"),
        st.lists(groups, min_size=2, max_size=3).map(" AND ".join),
        st.lists(groups, min_size=2, max_size=3).map(" OR ".join),
        st.lists(groups, min_size=2, max_size=3).map(" ".join),
    )


FILTERS = st.recursive(RESTRICTIONS, _combined, max_leaves=6)


def stored(row: dict[str, Any], identifier: int) -> dict[str, Any]:
    """Returns a row as the table keeps it."""
    kept = {COLUMNS.get(name, name): value for name, value in row.items()}
    if row["target"] is not None:
        kept["target_id"] = names.parse(PATTERN, row["target"])[-1]
    return kept | {"id": identifier}
