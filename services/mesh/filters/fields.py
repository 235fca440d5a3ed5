"""What a filter may name, and what it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement

Kind = Literal["text", "number", "time", "enum", "flag", "name"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a resource, as a filter and an order see it.

    Attributes:
        column: Where its value is in the database; None for a field that only watches know.
        kind: What its values are. In the database: `text`; `number` (integer, numeric or double precision); `time`
            (timestamp with time zone); `enum` (whatever `values` holds); `flag` (boolean); `name` (the UUID of the
            named resource). For a predicate: `str`; `int`, `float` or `Decimal`; aware `datetime`; the value's name
            or what is stored; `bool`; the resource's name.
        values: For `enum`, what is stored under each name, from the least to the greatest.
        pattern: For `name`, its form, such as `organizations/{organization}/targets/{target}`. The last identifier
            decides, for identifiers are unique.
        repeated: Whether there are many values, in an array column or a Python collection.
    """

    column: ColumnElement[Any] | None
    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)
    pattern: str = ""
    repeated: bool = False

    def __post_init__(self) -> None:
        if (self.kind == "enum") != bool(self.values):
            raise ValueError("A field has values if it is an enum.")
        if (self.kind == "name") != bool(self.pattern):
            raise ValueError("A field has a pattern if it is a name.")
