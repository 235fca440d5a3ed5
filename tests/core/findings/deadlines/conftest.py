"""Deadlines are of findings, and stand still while a risk is accepted: the same world as that of acceptances."""

from tests.core.findings.acceptances.conftest import served, world

__all__ = ["served", "world"]
