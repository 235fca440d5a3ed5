"""The server's and the internal clients' Python modules: protobuf, gRPC and type stubs under `gen/python`."""

import re
import shutil
from pathlib import Path

from tools.contracts.descriptors import GEN, contract_files, protoc

_PYTHON = GEN / "python"
_VALIDATE = "buf/validate/validate.proto"
_SERVICE = re.compile(r"^service \w+", re.MULTILINE)


def generate(proto: Path) -> None:
    """Writes `gen/python` anew from the contracts below `proto`.

    `google/` is never generated: the installed packages have it. `buf/validate` is, because no package does.
    """
    shutil.rmtree(_PYTHON, ignore_errors=True)
    _PYTHON.mkdir(parents=True)
    files = contract_files()
    with_services = [file for file in files if _SERVICE.search((proto / file).read_text())]
    protoc([f"--python_out={_PYTHON}", f"--pyi_out={_PYTHON}"], [*files, _VALIDATE])
    protoc([f"--grpc_python_out={_PYTHON}"], with_services)
    for folder in {path.parent for path in _PYTHON.rglob("*.py")} | {_PYTHON / "xorb", _PYTHON / "buf"}:
        _mark(folder)


def _mark(folder: Path) -> None:
    while folder != _PYTHON:
        (folder / "__init__.py").touch()
        folder = folder.parent
