"""What the stack is told from outside."""

from pathlib import Path

import pytest

from stack.errors import StackError
from stack.settings import DEFAULT_PORTS, LONGEST_SOCKET_PATH, load, run_directory


def test_ports_have_defaults_and_move_by_their_setting() -> None:
    settings = load({"XORB_POSTGRES_PORT": "15432"})
    assert settings.ports["XORB_POSTGRES_PORT"] == 15432
    assert settings.ports["XORB_GATEWAY_PORT"] == DEFAULT_PORTS["XORB_GATEWAY_PORT"] == 8000


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8000.5", "http", "\u0661\u0662"])
def test_a_port_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(StackError, match="XORB_GATEWAY_PORT"):
        load({"XORB_GATEWAY_PORT": text})


def test_home_is_beside_the_project_unless_set(tmp_path: Path) -> None:
    assert load({}, root=tmp_path).home == tmp_path / ".xorb"
    assert load({"XORB_HOME": str(tmp_path / "other")}).home == tmp_path / "other"


def test_sockets_of_a_long_home_are_elsewhere_and_homes_do_not_share_them() -> None:
    long = Path("/" + "x" * 90)
    first, second = run_directory(long), run_directory(long / "y")
    assert first != second
    assert all(
        len(str(run / "postgres" / "orchestrator.metrics.sock")) <= LONGEST_SOCKET_PATH for run in (first, second)
    )
    assert run_directory(Path("/short")) == Path("/short/run")


def test_a_component_pointed_elsewhere_is_known() -> None:
    settings = load({"XORB_REDIS_URL": "redis://elsewhere:6379/0", "XORB_POSTGRES_DSN": ""})
    assert settings.external("valkey") == "redis://elsewhere:6379/0"
    assert settings.external("postgres") is None
    assert settings.external("envoy") is None
