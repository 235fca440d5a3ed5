"""YAML templates of Envoy's configurations: ``${name}`` stands for a value, in a list perhaps for several."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stack.errors import StackError

Fragment = dict[str, Any]

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def load(path: Path) -> Fragment:
    """The YAML file at ``path``.

    Raises:
        StackError: it is missing.
    """
    try:
        return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StackError(f"{path} is missing: run `make gen`.") from None


def fill(node: Any, values: Mapping[str, Any], origin: str) -> Any:  # noqa: ANN401 - any YAML
    """``node`` of the template ``origin`` with ``values`` in place of their names.

    Raises:
        StackError: it names a value that there is not.
    """
    if isinstance(node, dict):
        return {key: fill(value, values, origin) for key, value in node.items()}
    if isinstance(node, list):
        return [filled for item in node for filled in _items(item, values, origin)]
    match = _PLACEHOLDER.fullmatch(node) if isinstance(node, str) else None
    if match is None:
        return node
    if match[1] not in values:
        raise StackError(f"{origin} asks for ${{{match[1]}}}, which nothing provides.")
    return values[match[1]]


def _items(item: Any, values: Mapping[str, Any], origin: str) -> list[Any]:  # noqa: ANN401 - any YAML
    """What one item of a list becomes: several, or none, where it stands for a list."""
    filled = fill(item, values, origin)
    return filled if isinstance(item, str) and isinstance(filled, list) else [filled]
