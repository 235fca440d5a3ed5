"""Logs as others read them: one line of JSON for each entry, whatever is in it."""

import json
import subprocess
import sys

_PROGRAM = """
import logging, structlog
from services.mesh import logs
logs.configure("INFO")
hostile = "innocent\\r\\n{\\"event\\": \\"forged\\", \\"level\\": \\"info\\"}\\u2028\\x1b[2J\\x00"
structlog.get_logger("ours").info(hostile, method=hostile)
logging.getLogger("theirs").warning("said %s", hostile)
try:
    raise ValueError(hostile)
except ValueError:
    structlog.get_logger("ours").exception("failed")
"""


def test_nobody_writes_lines_of_their_own_into_a_log() -> None:
    run = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=True, timeout=60)
    lines = run.stderr.decode().split("\n")[:-1]
    assert len(lines) == 3
    entries = [json.loads(line) for line in lines]
    assert [entry["logger"] for entry in entries] == ["ours", "theirs", "ours"]
    assert "forged" not in {entry["event"] for entry in entries}
    assert all(character.isprintable() for line in lines for character in line)


def test_every_entry_says_when_in_utc_who_and_how_grave() -> None:
    run = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=True, timeout=60)
    for line in run.stderr.decode().splitlines():
        entry = json.loads(line)
        assert entry["timestamp"].endswith("Z")
        assert {"event", "level", "logger"} <= set(entry)
