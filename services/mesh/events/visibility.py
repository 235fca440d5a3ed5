"""Which events a caller may see."""

_PLURALS = {"activity": "activity"}


def permission(event_type: str) -> str:
    """Returns the permission to read what an event is about: for `finding.created` it is `findings.read`."""
    noun = event_type.partition(".")[0]
    return f"{_PLURALS.get(noun, noun + 's')}.read"


def visible(event_type: str, permissions: frozenset[str]) -> bool:
    """Returns whether a caller with these permissions may see an event; accounts' events go with the activity."""
    return event_type.startswith("account.") or permission(event_type) in permissions
