"""What each process is told, and what it is not."""

from pathlib import Path

import pytest

from services.mesh.settings import ROLES
from stack.components.processes import SECRETS_OF, process_environment
from stack.settings import load


def files(role: str, home: Path) -> set[str]:
    """The settings by which a process is told secrets."""
    environment = process_environment(load({"XORB_HOME": str(home), "XORB_VAULT_TOKEN": "planted"}), role)
    assert "planted" not in environment.values()
    return {name for name in environment if name.endswith("_FILE")}


def test_every_process_has_its_list() -> None:
    assert set(SECRETS_OF) == {*ROLES, "migrate"}


@pytest.mark.parametrize("role", ["bridge", "ratelimit"])
def test_who_meets_the_outside_has_no_key_and_no_database(role: str, tmp_path: Path) -> None:
    assert files(role, tmp_path) <= {"XORB_REDIS_URL_FILE"}


def test_the_bridge_knows_no_secret(tmp_path: Path) -> None:
    assert files("bridge", tmp_path) == set()


def test_only_planes_sign_page_tokens(tmp_path: Path) -> None:
    signing = {role for role in SECRETS_OF if "XORB_PAGE_TOKEN_KEY_FILE" in files(role, tmp_path)}
    assert signing == {"core", "security", "intelligence"}
