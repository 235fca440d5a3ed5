"""How the values of an event read, whatever JSON made of them."""

import sys
from collections.abc import Mapping, Sequence

Scalar = str | int | float | bool | None


def text(value: object) -> str:
    """A scalar as the text that rules compare with: numbers as people write them, truth values in lower case.

    A whole number is written the same whether JSON had it as 3 or 3.0. What isn't a scalar has no text.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        return str(value)
    except ValueError:
        # Python doesn't write integers of more than some thousand digits in decimal.
        return hex(int(value))


def number(value: object) -> float | None:
    """A scalar as a number, or None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
    except OverflowError:
        return sys.float_info.max if isinstance(value, int) and value > 0 else -sys.float_info.max


def several(value: object) -> Sequence[object]:
    """The scalars of a field: a list's members, or the one value; none of them is None."""
    members = value if isinstance(value, list | tuple) else (value,)
    return [member for member in members if member is not None]


def everything(event: Mapping[str, object]) -> list[str]:
    """The texts of all values of a flat event: what keywords are looked for in."""
    return [text(member) for value in event.values() for member in several(value)]
