"""The published rules, compiled once for as long as neither they nor the compiler change."""

import hashlib
from pathlib import Path

import pytest

from services.intelligence.detection import sigma
from services.intelligence.detection.sigma.parsing.cache import RuleCache
from services.intelligence.detection.sigma.parsing.collection import Collection, compile_all
from tests.intelligence.detection.rules import rule_files


@pytest.fixture(scope="session")
def published(pytestconfig: pytest.Config) -> Collection:
    files = rule_files()
    if not files:
        pytest.skip("the published rules are not beside the project")
    folder = pytestconfig.cache.mkdir(f"sigma-{_made_by()}") if pytestconfig.cache else None
    return compile_all(files, cache=RuleCache(Path(folder)) if folder else None)


def _made_by() -> str:
    """The hash of all code that compiles rules."""
    digest = hashlib.sha256()
    for path in sigma.__path__:
        for file in sorted(Path(path).rglob("*.py")):
            if file.parent.name != "engine":
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
