"""Numbers as people read them at a glance: bars, lines of bars, and lengths of time."""

from collections.abc import Sequence

from google.protobuf.duration_pb2 import Duration

_EIGHTHS = "▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_HOURS_AT_MOST = 2 * _DAY


def bar(number: int, most: int, width: int) -> str:
    """Returns a bar, to an eighth of a character; what isn't zero is seen.

    Args:
        number: What it shows.
        most: What the longest bar beside it shows.
        width: The longest bar's length, in characters.
    """
    eighths = -(-number * width * 8 // most) if most else 0
    rest = eighths % 8
    return _EIGHTHS[-1] * (eighths // 8) + (_EIGHTHS[rest - 1] if rest else "")


def sparkline(numbers: Sequence[int]) -> str:
    """Returns a character for each number, as high as it is beside the greatest; what isn't zero stands out."""
    most = max(numbers, default=0)
    return "".join(_HEIGHTS[-(-number * (len(_HEIGHTS) - 1) // most)] if most else _HEIGHTS[0] for number in numbers)


def length(duration: Duration) -> str:
    """Returns a length of time in minutes, hours or days, whichever says most."""
    seconds = duration.seconds
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds / _HOUR:.1f} h" if seconds < _HOURS_AT_MOST else f"{seconds / _DAY:.1f} d"
