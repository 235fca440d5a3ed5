"""The guide's way to verify a webhook, as its readers would run it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from stack.settings import project_root
from tests.core.notifications.receiver import Received

_GUIDE = "docs/examples/verify_webhook.py"


@cache
def example() -> Mapping[str, Any]:
    """The names that the example defines."""
    names: dict[str, Any] = {}
    exec(compile((project_root() / _GUIDE).read_text(encoding="utf-8"), _GUIDE, "exec"), names)  # noqa: S102 - our own
    return names


def verified(secret: str, got: Received, now: float | None = None) -> bool:
    """Whether the example takes a request."""
    return bool(example()["is_genuine"]([secret], got.headers, got.body, now))
