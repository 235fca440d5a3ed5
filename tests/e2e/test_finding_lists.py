"""Lists from the command line: views are what a list then shows, and what a filter names is changed at once."""

import csv
import io
import json
from pathlib import Path

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


async def test_a_search_goes_on_within_a_view(platform: Platform, xorb: Run, tmp_path: Path) -> None:
    _, credentials = await sign_up(platform)
    await sign_in(xorb, "ada", credentials)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    report = tmp_path / "report.jsonl"
    ciphers = [_result(f"host-{number}.example.com", "Weak cipher", "high") for number in range(2)]
    report.write_text("".join((*ciphers, _result("host-0.example.com", "Old banner", "low"))))
    await xorb("ada", "import", str(report))
    line = ("--filter", 'severity = "HIGH" OR severity = "CRITICAL"', "--words", "cipher")
    await xorb("ada", "findings", "views", "save", "Ciphers", *line, "--column", "title", "--column", "asset")

    async def found(*words: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(await xorb("ada", "search", *words, "--view", "ciphers", "-o", "csv"))))

    assert await found("0") == [["title", "asset"], ["Weak cipher", "host-0.example.com"]]
    assert await found("0", "--filter", 'severity = "LOW"') == [["title", "asset"]]
    assert await found("banner") == [["title", "asset"]]


async def test_what_a_filter_names_is_changed(platform: Platform, xorb: Run, tmp_path: Path) -> None:
    _, credentials = await sign_up(platform)
    await sign_in(xorb, "ada", credentials)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    report = tmp_path / "report.jsonl"
    seen = [_result(f"host-{number}.example.com", "Weak cipher", "high") for number in range(3)]
    report.write_text("".join((*seen, _result("www.example.com", "Old banner", "low"))))
    await xorb("ada", "import", str(report))

    line = ("findings", "change", "triage", "--filter", 'severity >= "HIGH"')
    assert "3 of 3 would be changed" in await xorb("ada", *line, "--dry-run")
    assert "3 of 3 changed" in await xorb("ada", *line, "--yes")
    assert "3 as wanted already" in await xorb("ada", *line, "--dry-run")
    assert "Old banner" in await xorb("ada", "findings", "list", "--state", "open")
    assert "--filter" in await xorb("ada", "findings", "change", "triage", code=2)


def _result(host: str, name: str, severity: str) -> str:
    """A line of nuclei's report."""
    info = {"name": name, "severity": severity}
    place = f"https://{host}/"
    result = {"template-id": name.lower().replace(" ", "-"), "type": "http", "host": place, "matched-at": place}
    return json.dumps({**result, "timestamp": "2026-03-01T09:00:00Z", "info": info}) + "\n"
