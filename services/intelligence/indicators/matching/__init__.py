"""Tells which indicators an event matches, by sets that change in place while events are matched.

A matcher is used by one thread, the one that also changes it: a change is seen by the very next event.
"""

from services.intelligence.indicators.matching.extraction import Observed, observables_of
from services.intelligence.indicators.matching.index import Index, Match

__all__ = ["Index", "Match", "Observed", "observables_of"]
