"""``python -m stack.descriptors FILE``: the contracts' descriptors for Envoy, out of the generated modules.

So the transcoder needs no compiler, and cannot disagree with the services, which run on the same modules.
Writes a serialised ``google.protobuf.FileDescriptorSet`` in which every file comes after those it imports.
"""

import importlib
import sys
from pathlib import Path

from google.longrunning import operations_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor
from google.rpc import error_details_pb2, status_pb2

_ALWAYS = (operations_pb2, error_details_pb2, status_pb2)
"""A stream's errors and an operation's result hold ``Any`` of these, which nothing else imports."""


def collect(modules: Path) -> descriptor_pb2.FileDescriptorSet:
    """Descriptors of all ``*_pb2`` modules of our package under ``modules`` and of all they import."""
    found = descriptor_pb2.FileDescriptorSet()
    seen: set[str] = set()
    for module in _ALWAYS:
        _add(module.DESCRIPTOR, found, seen)
    for path in sorted((modules / "xorb").rglob("*_pb2.py")):
        name = ".".join(path.relative_to(modules).with_suffix("").parts)
        _add(importlib.import_module(name).DESCRIPTOR, found, seen)
    return found


def _add(file: FileDescriptor, found: descriptor_pb2.FileDescriptorSet, seen: set[str]) -> None:
    if file.name in seen:
        return
    seen.add(file.name)
    for dependency in file.dependencies:
        _add(dependency, found, seen)
    file.CopyToProto(found.file.add())


def main(arguments: list[str]) -> None:
    """Write the file that ``arguments`` name."""
    modules = Path(__file__).resolve().parent.parent / "gen" / "python"
    sys.path.insert(0, str(modules))
    Path(arguments[0]).write_bytes(collect(modules).SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(sys.argv[1:])
