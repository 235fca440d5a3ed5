"""Why a document wasn't compiled."""

from dataclasses import dataclass


class Refused(Exception):
    """A construct that we don't compile, said so that the rule's author can find it."""


@dataclass(frozen=True)
class Refusal:
    """A document that wasn't compiled: its place in the input, its id where it has one, and the reason."""

    place: str
    id: str
    reason: str
