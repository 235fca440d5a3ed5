"""The contract "only" lets through what it allows and names everything else."""

from pathlib import Path

import pytest

from tools.contracts.descriptors import ROOT
from tools.contracts.programs import finished

_CONFIG = """
[tool.importlinter]
root_packages = ["shop"]
include_external_packages = true
contract_types = ["only: tools.imports.OnlyContract"]

[[tool.importlinter.contracts]]
name = "Pure"
type = "only"
modules = ["shop.**.domain"]
allowed_modules = ["shop.errors"]
"""


@pytest.mark.parametrize(
    ("statement", "breach"),
    [
        ("import dataclasses", ""),
        ("import collections.abc", ""),
        ("from shop.errors import Failure", ""),
        ("import shop.baskets.domain", ""),
        ("import yaml", "shop.orders.domain imports yaml"),
        ("from shop.orders import store", "shop.orders.domain imports shop.orders.store"),
    ],
)
def test_a_module_may_import_what_is_allowed_and_nothing_else(tmp_path: Path, statement: str, breach: str) -> None:
    files = {
        "pyproject.toml": _CONFIG,
        "shop/errors.py": "class Failure(Exception): ...\n",
        "shop/baskets/domain.py": "",
        "shop/orders/store.py": "",
        "shop/orders/domain.py": f"{statement}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for folder in ("shop", "shop/baskets", "shop/orders"):
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    result = finished(["lint-imports", "--no-cache", "--no-logo"], tmp_path)
    assert (result.returncode == 0) == (not breach), result.stdout
    assert breach in result.stdout
