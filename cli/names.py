"""From what people type to resource names: a whole name, an identifier, its last digits, or what it is called."""

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from cli.errors import CliError
from cli.output import short

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = re.compile(r"[0-9a-f]{8}")
_CAPITAL = re.compile(r"[A-Z]")
_MOST_LISTED = 20_000
_Names = Callable[[Any], tuple[str, ...]]


def resolve(
    text: str,
    parent: str,
    collection: str,
    resources: Callable[[], Iterable[Any]],
    called: _Names = lambda _resource: (),
) -> str:
    """Returns the resource name that a text stands for.

    Args:
        text: What was typed.
        parent: The resource that they belong to; empty for none.
        collection: The plural, such as `targets`.
        resources: Lists the resources; called only where the text isn't a whole name or identifier.
        called: What else a resource may be called by, such as its host.

    Raises:
        CliError: Nothing matches, or more than one resource does.
    """
    if text.startswith(("organizations/", "accounts/")):
        return text
    if _UUID.fullmatch(text.lower()):
        return f"{parent}/{collection}/{text.lower()}".removeprefix("/")
    several = _CAPITAL.sub(lambda letter: f" {letter[0].lower()}", collection)
    found = sorted({one.name for one in islice(resources(), _MOST_LISTED) if _is(text, one, called)})
    if not found:
        raise CliError(f"There is no {several.removesuffix('s')} {text!r}. List the {several} to see what there is.")
    if len(found) > 1:
        raise CliError(f"{text!r} stands for {len(found)} {several}; use an id: {', '.join(map(short, found[:5]))}")
    return str(found[0])


def _is(text: str, resource: Any, called: _Names) -> bool:  # noqa: ANN401 - resources have no common type
    if _SHORT.fullmatch(text.lower()) and resource.name.endswith(text.lower()):
        return True
    return text.casefold() in {name.casefold() for name in called(resource) if name}
