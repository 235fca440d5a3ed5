"""Views from the command line: what is kept is what a list then shows."""

import csv
import io

from tests.e2e.members import sign_up
from tests.e2e.platform import Platform
from tests.e2e.terminal import Run, sign_in


async def test_a_view_is_what_a_list_shows(platform: Platform, xorb: Run) -> None:
    _, credentials = await sign_up(platform)
    await sign_in(xorb, "ada", credentials)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    line = ("--filter", 'severity >= "HIGH"', "--column", "title", "--column", "asset", "--shared")
    await xorb("ada", "findings", "views", "save", "Grave", *line)
    assert "Grave" in await xorb("ada", "findings", "views", "list")
    shown = await xorb("ada", "findings", "list", "--view", "grave", "-o", "csv")
    assert next(csv.reader(io.StringIO(shown))) == ["title", "asset"]
    await xorb("ada", "findings", "views", "delete", "grave")
    assert "no finding view" in await xorb("ada", "findings", "list", "--view", "grave", code=1)
