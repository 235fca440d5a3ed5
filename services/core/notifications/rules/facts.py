"""What rules may ask of an event, and the filter over it."""

from types import MappingProxyType

from services.core.notifications.rules.domain import SEVERITIES
from services.mesh.filters import Field, Predicate, to_predicate

FIELDS = MappingProxyType(
    {
        "type": Field(None, "text"),
        "resource": Field(None, "text"),
        "actor": Field(None, "text"),
        "summary": Field(None, "text"),
        "time": Field(None, "time"),
        "severity": Field(None, "enum", values=dict(SEVERITIES)),
        "state": Field(None, "text"),
        "title": Field(None, "text"),
        "display_name": Field(None, "text"),
        "check": Field(None, "text"),
        "asset": Field(None, "text"),
        "location": Field(None, "text"),
        "target": Field(None, "text"),
        "scan": Field(None, "text"),
        "cvss_score": Field(None, "number"),
    }
)
"""What a rule's filter may name."""

SHOWN = ("title", "display_name", "check", "asset", "location", "target", "scan", "cvss_score", "state", "severity")
"""The fields of a resource that are taken over, where it has them."""


def predicate(text: str) -> Predicate:
    """Returns a rule's filter.

    Raises:
        Failure: INVALID_FILTER.
    """
    return to_predicate(text, FIELDS)
