"""Detection rules from the command line, through the edge, in a process of their own."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from tests.e2e.members import sign_up
from tests.e2e.platform import Platform
from tests.e2e.terminal import Run, sign_in
from tests.intelligence.detection.rules import rule_files
from tests.intelligence.rules.texts import FILTER, FIRST, SECOND, THIRD, whoami

EVENT = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\Windows\\whoami.exe"}
SAMPLE = 600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout with two rules, one that can't be evaluated, and what isn't a rule."""
    place = tmp_path / "checkout"
    (place / "windows").mkdir(parents=True)
    (place / ".git").mkdir()
    (place / "windows" / "one.yml").write_text(f"{whoami(FIRST)}---\n{whoami(SECOND, level='low')}")
    (place / "windows" / "bad.yaml").write_text(whoami(THIRD).replace("condition: selection", "condition: absent"))
    (place / ".git" / "hidden.yml").write_text(whoami(THIRD))
    (place / "README.md").write_text("Rules")
    return place


@pytest.fixture
async def ada(platform: Platform, xorb: Run) -> str:
    """Somebody signed in, with an organization."""
    _, credentials = await sign_up(platform)
    await sign_in(xorb, "ada", credentials)
    await xorb("ada", "organizations", "create", "Analytical Engines")
    return "ada"


async def test_rules_are_imported_tried_and_switched(xorb: Run, ada: str, folder: Path, tmp_path: Path) -> None:
    assert "2 would be new" in await xorb(ada, "rules", "import", str(folder), "--dry-run")
    assert "2 new, 0 changed, 0 as before, 1 refused" in await xorb(ada, "rules", "import", str(folder))
    assert "0 new, 0 changed, 2 as before" in await xorb(ada, "rules", "import", str(folder))
    assert "Who am I" in await xorb(ada, "rules", "list", "--filter", "level >= HIGH")

    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(one) + "\n" for one in (EVENT, EVENT | {"Image": "/bin/ls"})))
    tried = json.loads(await xorb(ada, "rules", "test", FIRST, "--events", str(events), "-o", "json"))
    assert [(one.get("event", 0), one["ruleId"]) for one in tried] == [(0, FIRST)]
    draft = tmp_path / "draft.yml"
    draft.write_text(whoami(THIRD, tool="ls").replace("\\ls.exe", "/ls"))
    assert "is */ls" in await xorb(ada, "rules", "test", str(draft), "--events", str(events))

    assert json.loads(await xorb(ada, "rules", "disable", FIRST, "-o", "json"))["disabled"]
    assert "disabled" not in json.loads(await xorb(ada, "rules", "enable", FIRST, "-o", "json"))
    changed = folder / "windows" / "one.yml"
    changed.write_text(whoami(FIRST, level="critical"))
    assert "0 new, 1 changed, 0 as before" in await xorb(ada, "rules", "import", str(changed))
    assert "critical" in await xorb(ada, "rules", "show", FIRST)
    assert len(json.loads(await xorb(ada, "rules", "versions", FIRST, "-o", "json"))) == 2
    await xorb(ada, "rules", "delete", FIRST, "--yes")
    assert "There is no" in await xorb(ada, "rules", "show", FIRST, code=1)


async def test_an_archive_is_read_without_unpacking(xorb: Run, ada: str, tmp_path: Path) -> None:
    archive = tmp_path / "rules.tar.gz"
    texts = {"../one.yml": whoami(FIRST), "b/two.yml": FILTER.format(id=SECOND, rule=FIRST), "c/notes.txt": "x"}
    with tarfile.open(archive, "w:gz") as made:
        for name, text in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            made.addfile(entry, io.BytesIO(text.encode()))
    assert "2 new" in await xorb(ada, "rules", "import", str(archive))
    assert not (tmp_path.parent / "one.yml").exists()
    assert "filter" in await xorb(ada, "rules", "list")


async def test_published_rules_are_imported(xorb: Run, ada: str, tmp_path: Path) -> None:
    files = rule_files()[:SAMPLE]
    if not files:
        pytest.skip("the published rules are not beside the project")
    for place, text in files:
        file = tmp_path / "published" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    said = await xorb(ada, "rules", "import", str(tmp_path / "published"))
    assert f"{SAMPLE} new, 0 changed, 0 as before, 0 refused" in said
