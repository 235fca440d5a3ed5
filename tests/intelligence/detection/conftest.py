"""The published rules, compiled once."""

import pytest

from services.intelligence.detection.sigma.parsing.collection import Collection, compile_all
from tests.intelligence.detection.rules import rule_files


@pytest.fixture(scope="session")
def published() -> Collection:
    files = rule_files()
    if not files:
        pytest.skip("the published rules are not beside the project")
    return compile_all(files)
