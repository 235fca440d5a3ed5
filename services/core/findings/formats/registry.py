"""The formats there are: what the entry points `xorb.formats` name, XORB's own among them, and which one a file has.

An entry point names a `Format`, a tuple of them, or a package, each of whose modules holds `FORMAT`. The entry's own
name says nothing but whose it is.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType

from services.core.findings.formats.kernel.errors import Malformed, Unreadable
from services.core.findings.formats.kernel.format import Format
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.model import Entry, Refused
from services.core.findings.formats.kernel.source import Source

GROUP = "xorb.formats"
"""The group of entry points."""


@cache
def formats() -> MappingProxyType[str, Format]:
    """Returns every format by name, in alphabetical order.

    Raises:
        TypeError: An entry point names something else.
        ValueError: Two formats have one name.
    """
    found = sorted((one for entry in entry_points(group=GROUP) for one in _formats(entry.load())), key=lambda f: f.name)
    names = [one.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two formats are called {', '.join(sorted(twice))}")
    return MappingProxyType({one.name: one for one in found})


def recognized(head: Head) -> tuple[Format, ...]:
    """Returns the formats that a file may have: one, where they know their files and it is of one of them."""
    return tuple(one for one in formats().values() if one.recognizes(head))


def detect(source: Source) -> Format:
    """Returns the format of a file.

    Raises:
        Malformed: None knows it, or more than one does.
    """
    found = recognized(source.head)
    if len(found) > 1:
        raise Malformed("", f"it may be of the formats {', '.join(one.name for one in found)}: say which")
    if not found:
        raise Malformed("", "it is of no known format: say which, or map a generic one")
    return found[0]


def read(form: Format, source: Source) -> Iterator[Entry]:
    """Returns what a file reports, pulled, in its order; refused records are told one by one up to the limit.

    Args:
        form: Its format.
        source: The file.

    Raises:
        Malformed: It can't be read on; what came before is what it reported until there.
    """
    told = untold = 0
    position = ""
    for entry in _entries(form, source):
        if isinstance(entry, Refused):
            told += 1
            if told > source.limits.refusals:
                untold, position = untold + entry.count, entry.position
                continue
        yield entry
    if untold:
        yield Refused(position, f"{untold} more records can't be read, this one the last", untold)


def _entries(form: Format, source: Source) -> Iterator[Entry]:
    """Returns what a format gives; what it can't read of the file as a whole is no record that could be refused."""
    try:
        yield from form.read(source)
    except Unreadable as error:
        raise Malformed("", str(error)) from error


def _formats(loaded: object) -> Iterator[Format]:
    if isinstance(loaded, Format):
        yield loaded
    elif isinstance(loaded, tuple):
        for one in loaded:
            yield from _formats(one)
    elif isinstance(loaded, ModuleType):
        yield from _modules(loaded)
    else:
        raise TypeError(f"the entry point {GROUP} must name a Format, a tuple of them or a package, not {loaded!r}")


def _modules(package: ModuleType) -> Iterator[Format]:
    """Returns `FORMAT` of each module of a package; its packages, and modules without one, are what they stand on."""
    if isinstance(form := getattr(package, "FORMAT", None), Format):
        yield form
    for module in pkgutil.iter_modules(getattr(package, "__path__", ())):
        if not module.ispkg and not module.name.startswith("_") and module.name != "registry":
            yield from _formats(importlib.import_module(f"{package.__name__}.{module.name}").FORMAT)
