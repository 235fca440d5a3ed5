"""The server's and the internal clients' Python modules: protobuf, gRPC and type stubs under `gen/python`."""

import re
from pathlib import Path

from tools.contracts.descriptors import PROTO, contract_files, protoc

_VALIDATE = "buf/validate/validate.proto"
_SERVICE = re.compile(r"^service \w+", re.MULTILINE)


def generate(output: Path) -> None:
    """Writes the modules of all contracts into `output`, an empty folder.

    `google/` is never generated: the installed packages have it. `buf/validate` is, because no package does.
    """
    files = contract_files()
    with_services = [file for file in files if _SERVICE.search((PROTO / file).read_text())]
    protoc([f"--python_out={output}", f"--pyi_out={output}"], [*files, _VALIDATE])
    protoc([f"--grpc_python_out={output}"], with_services)
    for folder in {path.parent for path in output.rglob("*.py")}:
        _mark(folder, output)


def _mark(folder: Path, root: Path) -> None:
    while folder != root:
        (folder / "__init__.py").touch()
        folder = folder.parent
