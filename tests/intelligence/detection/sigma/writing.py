"""Rules of a few lines for tests."""

import json
from collections.abc import Mapping

from services.intelligence.detection.sigma.expressions import Rule
from services.intelligence.detection.sigma.parsing.compiling import Compiler, Placeholders

IDENTIFIER = "11111111-1111-4111-8111-111111111111"


def document(selection: object, condition: str = "selection", **others: object) -> dict[str, object]:
    """The document of a rule; `others` are further selections, or `id`, `logsource` and the like."""
    head: dict[str, object] = {
        name: others.pop(name) for name in ("id", "name", "logsource", "title") if name in others
    }
    return {
        "title": "A rule",
        "id": IDENTIFIER,
        "status": "test",
        "logsource": {"product": "any"},
        "detection": {"selection": selection, **others, "condition": condition},
        **head,
    }


def rule(
    selection: object,
    condition: str = "selection",
    placeholders: Placeholders | None = None,
    filters: tuple[Mapping[str, object], ...] = (),
    **others: object,
) -> Rule:
    """A compiled rule."""
    return Compiler(filters, placeholders).compile(document(selection, condition, **others))


def text(selection: object, condition: str = "selection", **others: object) -> str:
    """A rule's file; JSON is YAML, too."""
    return json.dumps(document(selection, condition, **others))
