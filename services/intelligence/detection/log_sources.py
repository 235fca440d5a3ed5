"""Where an event comes from, and which rules are for it."""

from collections.abc import Mapping
from typing import NamedTuple


class LogSource(NamedTuple):
    """What Sigma calls a log source; None is not known (of an event) or not asked (by a rule)."""

    product: str | None = None
    category: str | None = None
    service: str | None = None


UNKNOWN = LogSource()
WINDOWS = LogSource("windows")


def concerns(rule: LogSource, event: LogSource) -> bool:
    """Whether a rule for one log source is to be asked about an event of another.

    The first that the rule names of product, category and service must be the event's; the others must not contradict
    it. So a rule for Linux never speaks of a Windows event, nor one for proxies of what nobody said is a proxy's.
    """
    named = [(wanted, known) for wanted, known in zip(rule, event, strict=True) if wanted is not None]
    return not named or (
        named[0][0] == named[0][1] and all(known is None or wanted == known for wanted, known in named[1:])
    )


def detect(event: Mapping[str, object], declared: LogSource = UNKNOWN) -> LogSource:
    """The log source of a flat event: as declared by its sender, or as its own fields prove."""
    if declared.product is not None:
        return declared
    if "Channel" in event:
        return WINDOWS
    if "eventSource" in event and "awsRegion" in event:
        return LogSource("aws", None, "cloudtrail")
    path = event.get("_path")
    return LogSource("zeek", None, path) if isinstance(path, str) else declared
