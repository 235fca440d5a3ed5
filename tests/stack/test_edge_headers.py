"""The policy of the reference page lets its own script run and no other."""

import base64
import hashlib
import re
from pathlib import Path

from stack.edge_headers import CONTENT_POLICY, page_policy
from stack.settings import project_root


def test_the_reference_page_may_run_its_script_only() -> None:
    page = project_root() / "gen" / "openapi" / "reference.html"
    policy = page_policy(page)
    [script] = re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert directives["script-src"] == f"'sha256-{digest}'"
    nothing = ("default-src", "frame-ancestors", "base-uri", "form-action")
    assert {directives[name] for name in nothing} == {"'none'"}


def test_a_page_without_a_policy_may_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><script>alert(1)</script>")
    assert page_policy(tmp_path / "page.html") == CONTENT_POLICY
