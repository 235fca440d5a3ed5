"""From a filter's text to its expression; what is wrong is said with its place in the text."""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, Final

from lark import Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args
from lark.exceptions import VisitError

from services.mesh.errors import Failure, FieldViolation, Reason
from services.mesh.filters.grammar import PARSER

LONGEST: Final = 2048
DEEPEST: Final = 16
MOST_RESTRICTIONS: Final = 50
_SHOWN = 30
_WORDS = {
    "ARGUMENT": "a value is needed",
    "COMPARATOR": "a comparison (= != < <= > >= :) is needed",
    "MEMBER": "a restriction such as `field = value` is needed",
    "RPAR": "a `)` is needed",
}

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPABLE = frozenset("\\\"'*")
# PostgreSQL's text has no NUL, and UTF-8 has no surrogates.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")


class Operator(Enum):
    """A comparison."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    HAS = ":"


@dataclass(frozen=True, slots=True)
class Value:
    """The right side of a restriction.

    Attributes:
        text: The text, without quotation marks, escapes and wildcards.
        open_start: Whether an asterisk stood before it: anything may come first.
        open_end: Whether an asterisk stood after it.
    """

    text: str
    open_start: bool = False
    open_end: bool = False

    @property
    def is_anything(self) -> bool:
        """Whether it is an asterisk and nothing else."""
        return not self.text and (self.open_start or self.open_end)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A field compared with a value; `position` counts characters of the filter from 1."""

    field: str
    operator: Operator
    value: Value
    position: int


@dataclass(frozen=True, slots=True)
class Not:
    """True where its part isn't."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """True where all its parts are; it has two at least."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one of its parts is; it has two at least."""

    parts: tuple["Expression", ...]


Expression = Restriction | Not | And | Or


def invalid(message: str, position: int | None = None) -> Failure:
    """Returns the failure INVALID_FILTER; a position counts characters from 1."""
    if position is not None:
        message = f"filter, character {position}: {message}"
    return Failure(Reason.INVALID_FILTER, message, (FieldViolation("filter", message),))


def parse(text: str) -> Expression | None:
    """Returns the expression of a filter, None for one that is empty.

    Args:
        text: At most `LONGEST` characters, `DEEPEST` parentheses in each other, `MOST_RESTRICTIONS` comparisons.

    Raises:
        Failure: INVALID_FILTER; the message says what is wrong and where.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST:
        raise invalid(f"The filter has {len(text)} characters; {LONGEST} are allowed.")
    if found := _IMPOSSIBLE.search(text):
        raise invalid(f"the character U+{ord(found[0]):04X} is not allowed.", found.start() + 1)
    return _build(text)


def _build(text: str) -> Expression:
    parser = PARSER.parse_interactive(text)
    depth = comparisons = 0
    try:
        for token in parser.iter_parse():
            depth += {"LPAR": 1, "RPAR": -1}.get(token.type, 0)
            comparisons += token.type == "COMPARATOR"
            _bound(depth, comparisons, token)
        expression: Expression = _TRANSFORMER.transform(parser.feed_eof())  # type: ignore[no-untyped-call]  # lark's
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise _explain(error, text) from error
    except VisitError as error:
        raise error.orig_exc from error
    return expression


def _bound(depth: int, comparisons: int, token: Token) -> None:
    if depth > DEEPEST:
        raise invalid(f"more than {DEEPEST} parentheses inside each other.", _position(token))
    if comparisons > MOST_RESTRICTIONS:
        raise invalid(f"more than {MOST_RESTRICTIONS} comparisons.", _position(token))
    if token.type == "FUNCTION":
        raise invalid(f"functions such as {_shown(token)}) are not supported.", _position(token))


@v_args(inline=True)
class _Build(Transformer[Token, Any]):
    """Makes the expression; one method for each rule of the grammar."""

    def expression(self, *parts: Expression) -> Expression:
        return _every(parts)

    def sequence(self, *parts: Expression) -> Expression:
        return _every(parts)

    def factor(self, *parts: Expression) -> Expression:
        return parts[0] if len(parts) == 1 else Or(parts)

    def negation(self, _sign: Token, part: Expression) -> Expression:
        return Not(part)

    def group(self, _open: Token, part: Expression, _close: Token) -> Expression:
        return part

    def restriction(self, member: Token, comparator: Token, value: Value) -> Expression:
        return Restriction(str(member), Operator(str(comparator)), value, _position(member))

    def alone(self, token: Token) -> Expression:
        message = f'{_shown(token)} stands alone; compare a field with it, such as title:"tls".'
        raise invalid(message, _position(token))

    def argument(self, token: Token) -> Value:
        return _value(str(token), [character == "*" for character in token])

    def string(self, token: Token) -> Value:
        return _value(*_unescape(token))


_TRANSFORMER = _Build()


def _every(parts: tuple[Expression, ...]) -> Expression:
    if len(parts) == 1:
        return parts[0]
    return And(tuple(chain.from_iterable(part.parts if isinstance(part, And) else (part,) for part in parts)))


def _unescape(token: Token) -> tuple[str, list[bool]]:
    """Returns a quoted text, and for each of its characters whether it is a wildcard."""
    text: list[str] = []
    wild: list[bool] = []
    rest = iter(token[1:-1])
    for character in rest:
        escaped = character == "\\"
        text.append(next(rest) if escaped else character)
        wild.append(character == "*")
        if escaped and text[-1] not in _ESCAPABLE:
            raise invalid(f"in {_shown(token)}, a backslash may stand before \\ \" ' * only.", _position(token))
    return "".join(text), wild


def _value(text: str, wild: list[bool]) -> Value:
    open_start = bool(wild) and wild[0]
    open_end = len(wild) > 1 and wild[-1]
    return Value(text[int(open_start) : len(text) - int(open_end)], open_start, open_end)


def _explain(error: UnexpectedToken | UnexpectedCharacters, text: str) -> Failure:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return invalid(f"the filter ends too early; {_needed(error.accepts or error.expected)}.", len(text) + 1)
    position = error.pos_in_stream or 0
    if text[position] in "\"'":
        return invalid("this quotation mark is not closed, or stands in a wrong place.", position + 1)
    expected = error.allowed if isinstance(error, UnexpectedCharacters) else error.expected
    found = text[position : position + _SHOWN].split(maxsplit=1)[0]
    needed = _needed(expected)
    return invalid(f"{_shown(found)} can't stand here{needed and '; '}{needed}.", position + 1)


def _needed(terminals: set[str] | None) -> str:
    expected = terminals or set()
    return next((words for terminal, words in _WORDS.items() if terminal in expected), "")


def _shown(text: str) -> str:
    return f"`{text[:_SHOWN]}…`" if len(text) > _SHOWN else f"`{text}`"


def _position(token: Token) -> int:
    return (token.start_pos or 0) + 1
