"""The people of the notes' tests."""

from tests.core.findings.notes.conftest import office

__all__ = ["office"]
