import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_CONFTEST = """
from tests import watchdog

watchdog._GRACE_SECONDS = 0.5

def pytest_configure(config):
    config.pluginmanager.register(watchdog.Watchdog(config))
"""
_GOES_WELL = """
async def test_goes_well():
    pass
"""
_HANGS = """
import pytest
import time

@pytest.mark.timeout(1)
async def test_goes_on_after_its_alarm():
    while True:
        try:
            time.sleep(3600)
        except BaseException:
            continue
"""


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Runs a test with a watchdog, as a run of its own."""
    (folder / "conftest.py").write_text(_CONFTEST)
    (folder / "test_it.py").write_text(test)
    (folder / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\ntimeout = 20\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return subprocess.run(command, env=environment, cwd=folder, text=True, capture_output=True, timeout=60, check=False)


def test_a_run_that_hangs_ends_and_says_where(tmp_path: Path) -> None:
    ended = run(tmp_path, _HANGS)
    assert ended.returncode == 3
    assert "test_it.py::test_goes_on_after_its_alarm hangs" in ended.stderr
    assert "time.sleep(3600)" in ended.stderr


def test_a_run_that_goes_well_is_left_alone(tmp_path: Path) -> None:
    ended = run(tmp_path, _GOES_WELL)
    assert ended.returncode == 0, ended.stdout
    assert "hangs" not in ended.stderr
