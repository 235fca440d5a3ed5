"""What a detection rule is, and what a change makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from services.mesh.errors import Failure, Reason

MOST = 20_000
"""How many rules an organization may have: five times what SigmaHQ publishes."""


class Kind(IntEnum):
    """What a text is, numbered as in the contract."""

    RULE = 1
    FILTER = 2
    CORRELATION = 3


class Level(IntEnum):
    """How grave a match is, numbered as in the contract, from the least."""

    LEVEL_UNSPECIFIED = 0
    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Content:
    """A text that can be evaluated, and what it says of itself.

    Attributes:
        text: One YAML document.
        rule_id: Its `id`, empty where it has none.
        product: Of its log source, as `category` and `service`; empty where it names none.
    """

    text: str
    kind: Kind
    rule_id: str = ""
    title: str = ""
    level: Level = Level.LEVEL_UNSPECIFIED
    status: str = ""
    product: str = ""
    category: str = ""
    service: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DetectionRule:
    """A rule of an organization.

    Attributes:
        key: What no other rule of the organization has (see `key`).
        path: The file that it was imported from, empty where there was none.
        version: Counts its texts, from 1.
        revision: Counts its changes.
    """

    id: UUID
    key: str
    content: Content
    created_at: datetime
    updated_at: datetime
    path: str = ""
    disabled: bool = False
    version: int = 1
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """A text from a file, with what tells whether it is here already."""

    key: str
    path: str
    content: Content


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import makes of the rules that are here."""

    created: tuple[DetectionRule, ...]
    updated: tuple[DetectionRule, ...]
    unchanged: int


def key(content: Content, otherwise: str) -> str:
    """Returns what a rule is known by: the `id` in its text, or what tells it apart where it has none."""
    return f"id:{content.rule_id}" if content.rule_id else otherwise


def rewritten(rule: DetectionRule, content: Content, now: datetime) -> DetectionRule:
    """Returns a rule with a text; with its own it is the same rule."""
    if content.text == rule.content.text:
        return rule
    known = key(content, f"own:{rule.id}" if rule.content.rule_id else rule.key)
    return replace(
        rule, key=known, content=content, version=rule.version + 1, revision=rule.revision + 1, updated_at=now
    )


def switched(rule: DetectionRule, now: datetime, *, disabled: bool) -> DetectionRule:
    """Returns a rule that is asked, or isn't; as it was it is the same rule."""
    if rule.disabled == disabled:
        return rule
    return replace(rule, disabled=disabled, revision=rule.revision + 1, updated_at=now)


def require_room(rules: int) -> None:
    """Checks how many rules an organization would have.

    Raises:
        Failure: QUOTA_EXCEEDED.
    """
    if rules > MOST:
        raise Failure(
            Reason.QUOTA_EXCEEDED, f"An organization has at most {MOST:,} detection rules; delete some first."
        )


def last_of_each(drafts: Sequence[Draft]) -> list[Draft]:
    """Returns drafts with different keys, in their order; of several with one key the last counts."""
    return list({draft.key: draft for draft in drafts}.values())
