"""What files of rules make of the rules that are here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.intelligence.detection.sigma.parsing.refusals import Refusal
from services.intelligence.rules import domain, reading
from services.intelligence.rules.domain import Content, DetectionRule, Draft, Outcome
from services.mesh import identifiers
from services.mesh.errors import invalid_field


def read(files: Iterable[tuple[str, str]]) -> tuple[list[Draft], list[Refusal]]:
    """Returns the rules of files, given by path and text, each once, and what can't be evaluated."""
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    for path, text in files:
        found, refused = reading.file(path, text)
        drafts += found
        refusals += refused
    return domain.last_of_each(drafts), refusals


def all_of(text: str) -> list[Content]:
    """Returns the rules of a request's text.

    Raises:
        Failure: INVALID_FIELD; one can't be evaluated.
    """
    drafts, refusals = reading.file("text", text)
    if refusals:
        raise invalid_field("text", f"This can't be evaluated: {refusals[0].reason}.")
    return [draft.content for draft in drafts]


def outcome(drafts: Sequence[Draft], known: Mapping[str, DetectionRule], now: datetime, *, disabled: bool) -> Outcome:
    """Returns what drafts make of the rules that are here, by key; `disabled` is for those that are new."""
    created, updated = [], []
    for draft in drafts:
        old = known.get(draft.key)
        if old is None:
            rule = DetectionRule(identifiers.new(), draft.key, draft.content, now, now, draft.path, disabled)
            created.append(rule)
        elif (new := domain.rewritten(old, draft.content, now)) is not old:
            updated.append(new)
    return Outcome(tuple(created), tuple(updated), len(drafts) - len(created) - len(updated))
