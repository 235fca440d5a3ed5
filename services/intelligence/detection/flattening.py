"""Brings records of events into the one shape that rules are written for: flat, fields by name.

Windows events come as Windows' own XML turned to JSON (`Event.System`, `Event.EventData`, as `evtx` and most
shippers write it), as Winlogbeat's `winlog` object, or flat already. Fields of `System` are named as in flattened logs,
attributes by `Parent_Name`. Anything else nested is flattened by dotted names, as Sigma's taxonomy has it for clouds.
"""

from collections.abc import Iterator, Mapping

Event = dict[str, object]

_ATTRIBUTES = ("#attributes", "@attributes", "_attributes")
_TEXTS = ("#text", "_text", "Value", "value")
_NESTED = frozenset((dict, list))
"""What JSON nests by; other mappings are told from scalars where these are."""
_DEPTH = 64
"""No log nests deeper; what lies below is left out."""


def flatten(record: Mapping[str, object]) -> Event:
    """A flat event: each value a text, number, truth value, None or a list of these."""
    if _NESTED.isdisjoint(map(type, record.values())):
        return dict(record)
    windows = record.get("Event")
    if isinstance(windows, Mapping) and isinstance(windows.get("System"), Mapping):
        return _windows(windows)
    winlog = record.get("winlog")
    if isinstance(winlog, Mapping):
        return _winlogbeat(record, winlog)
    if not any(isinstance(value, Mapping | list) for value in record.values()):
        return dict(record)
    return dict(_dotted(record, "", 0))


def _windows(event: Mapping[str, object]) -> Event:
    flat: Event = {}
    for name, value in event.items():
        if not isinstance(value, Mapping) or name in _ATTRIBUTES:
            continue
        for field, content in _system(value) if name == "System" else _data(value, 0):
            if isinstance(content, Mapping | list):
                for path, plain in _dotted({field: content}, "", 0):
                    flat.setdefault(path, plain)
            else:
                flat.setdefault(field, content)
    return flat


def _system(system: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in system.items():
        if not isinstance(value, Mapping):
            yield name, value
            continue
        text = _first(value, _TEXTS)
        if text is not None:
            yield name, text
        yield from ((f"{name}_{key}", content) for key, content in _attributes(value))


def _attributes(element: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    nested = _first(element, _ATTRIBUTES)
    if isinstance(nested, Mapping):
        yield from nested.items()
    yield from (
        (key.lstrip("@"), value)
        for key, value in element.items()
        if not key.startswith(("#", "_")) and key not in _TEXTS
    )


def _data(data: Mapping[str, object], depth: int) -> Iterator[tuple[str, object]]:
    for name, value in data.items():
        if name in _ATTRIBUTES:
            continue
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            yield from (pair for item in value for pair in _named(item))
        elif isinstance(value, Mapping) and _first(value, _TEXTS) is not None:
            yield name, _first(value, _TEXTS)
        elif isinstance(value, Mapping):
            if depth < _DEPTH:
                yield from _data(value, depth + 1)
        else:
            yield name, value


def _named(item: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    attributes = dict(_attributes(item))
    name = attributes.get("Name")
    if isinstance(name, str):
        yield name, _first(item, _TEXTS)


def _first(element: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((element[name] for name in names if name in element), None)


_WINLOGBEAT: Mapping[str, str] = {
    "channel": "Channel",
    "event_id": "EventID",
    "provider_name": "Provider_Name",
    "computer_name": "Computer",
    "record_id": "EventRecordID",
    "task": "Task",
    "opcode": "Opcode",
}


def _winlogbeat(record: Mapping[str, object], winlog: Mapping[str, object]) -> Event:
    named = {ours: winlog[theirs] for theirs, ours in _WINLOGBEAT.items() if theirs in winlog}
    if "message" in record:
        named["Message"] = record["message"]
    flat = dict(_dotted(named, "", 0))
    for part in ("event_data", "user_data"):
        data = winlog.get(part)
        if isinstance(data, Mapping):
            flat = dict(_dotted(data, "", 0)) | flat
    return flat


def _dotted(record: Mapping[str, object], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    for name, value in record.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            if depth < _DEPTH:
                yield from _dotted(value, f"{path}.", depth + 1)
        elif isinstance(value, list):
            yield from _listed(value, path, depth)
        else:
            yield path, value


def _listed(values: list[object], path: str, depth: int) -> Iterator[tuple[str, object]]:
    """Plain values stay a list; what objects in a list say is said by each of them."""
    plain = [value for value in values if not isinstance(value, dict | list)]
    if plain or not values:
        yield path, plain
    gathered: dict[str, list[object]] = {}
    for value in values:
        if isinstance(value, Mapping) and depth < _DEPTH:
            for name, content in _dotted(value, f"{path}.", depth + 1):
                gathered.setdefault(name, []).extend(content if isinstance(content, list) else [content])
    yield from gathered.items()
