"""What an indicator names and an event shows: addresses, names, URLs, hashes and the like, each in one normal form."""

from services.intelligence.indicators.observables.detecting import detect
from services.intelligence.indicators.observables.kinds import Kind, Observable, Refused
from services.intelligence.indicators.observables.normal import normalize

__all__ = ["Kind", "Observable", "Refused", "detect", "normalize"]
