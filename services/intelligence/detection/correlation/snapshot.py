"""The state of an engine as bytes, and back, so that a process that starts again goes on."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

import msgspec

from services.intelligence.detection.correlation.engine import Engine
from services.intelligence.detection.correlation.groups import Groups
from services.intelligence.detection.correlation.model import Entry
from services.intelligence.detection.correlation.windows import window

VERSION = 1

_Entry = tuple[int, str, str, str, bool]


class _Group(msgspec.Struct, array_like=True):
    group: tuple[str, ...]
    last: int
    quiet: int
    suppressed: int
    entries: list[_Entry]


class _State(msgspec.Struct, array_like=True):
    version: int
    watermark: int
    held: list[tuple[int, str, tuple[str, ...], dict[str, object]]]
    groups: dict[str, list[_Group]]


def save(engine: Engine) -> bytes:
    """What an engine remembers; its metrics are not in it."""
    held = [
        (time, event, rules, content) for time, event, rules, _, content in sorted(engine.held, key=lambda h: h[:4])
    ]
    groups = {_name(one): [_group(one, key) for key in one.windows] for one in engine.groups}
    return msgspec.msgpack.encode(_State(VERSION, engine.watermark, held, groups), enc_hook=str)


def restore(engine: Engine, data: bytes) -> None:
    """Give a new engine what another remembered; what is of a correlation that has changed since is left out.

    Raises:
        ValueError: The bytes are no state, or of another version.
    """
    try:
        state = msgspec.msgpack.decode(data, type=_State)
    except msgspec.MsgspecError as error:
        raise ValueError("not the state of correlations") from error
    if state.version != VERSION:
        raise ValueError(f"the state of correlations has version {state.version}, not {VERSION}")
    engine.watermark = state.watermark
    for groups in engine.groups:
        for saved in state.groups.get(_name(groups), []):
            _fill(groups, saved, engine.limits.events)
    for time, event, rules, content in state.held:
        engine.hold(event, time, content, tuple(rule for rule in rules if engine.refers(rule)))


def _name(groups: Groups) -> str:
    """A correlation as it is defined: a changed one doesn't go on with the state of what it was."""
    return repr(groups.correlation)


def _group(groups: Groups, key: tuple[str, ...]) -> _Group:
    one = groups.windows[key]
    return _Group(key, one.last, one.quiet, one.suppressed, [_saved(entry) for entry in one.kept()])


def _saved(entry: Entry) -> _Entry:
    return entry.time, entry.event, entry.rule, str(entry.value), not isinstance(entry.value, str)


def _fill(groups: Groups, saved: _Group, most: int) -> None:
    one = window(groups.correlation, saved.group)
    for time, entries in groupby(_entries(saved), key=lambda entry: entry.time):
        one.add(entries, time, most)
    one.last, one.quiet, one.suppressed = saved.last, saved.quiet, saved.suppressed
    groups.windows[saved.group] = one
    groups.bytes += one.bytes


def _entries(saved: _Group) -> Iterator[Entry]:
    for time, event, rule, shown, numeric in saved.entries:
        yield Entry(time, event, rule, _number(shown) if numeric else shown)


def _number(shown: str) -> int | Fraction:
    found = Fraction(shown)
    return found.numerator if found.denominator == 1 else found
