"""Path templates of `google.api.http`: `/v1/{parent=organizations/*}/targets:verb`.

The grammar is that of google/api/http.proto; a segment is a literal, `*` (one segment) or `**` (the rest).
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\{(?P<field>[a-z0-9_.]+)(?:=(?P<pattern>[^}]+))?\}|(?P<text>[^{]+)")
_WILDCARD = re.compile(r"\*\*|\*")
# A colon begins the custom verb, so that a segment that is matched can't have one.
_ONE, _REST = r"[^/:]+", r"[^:]+"


@dataclass(frozen=True)
class Variable:
    """A part of the path that fills a field of the request."""

    field: str
    pattern: str


@dataclass(frozen=True)
class PathTemplate:
    """A parsed template: literal text and variables in turn."""

    parts: tuple[str | Variable, ...]

    @classmethod
    def parse(cls, template: str) -> "PathTemplate":
        """Returns the parsed template; raises ValueError for what the grammar doesn't have."""
        matches = list(_TOKEN.finditer(template))
        if "".join(match[0] for match in matches) != template or not template.startswith("/"):
            raise ValueError(f"not a path template: {template}")
        return cls(tuple(match["text"] or Variable(match["field"], match["pattern"] or "*") for match in matches))

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables, in order."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    @property
    def literal(self) -> bool:
        """Whether the template matches exactly one path."""
        return not self.variables and "*" not in str(self)

    @property
    def regex(self) -> str:
        """An RE2 expression for the whole path, without query."""
        return "".join(_regex(part.pattern if isinstance(part, Variable) else part) for part in self.parts)

    def __str__(self) -> str:
        return "".join(f"{{{p.field}={p.pattern}}}" if isinstance(p, Variable) else p for p in self.parts)


def _regex(pattern: str) -> str:
    literals = [re.escape(text).replace(r"\-", "-") for text in _WILDCARD.split(pattern)]
    wildcards = [_ONE if found == "*" else _REST for found in _WILDCARD.findall(pattern)]
    return "".join(text for pair in zip(literals, [*wildcards, ""], strict=True) for text in pair)
