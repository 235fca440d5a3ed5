"""Descriptor sets of the contracts, and of what they import from installed packages.

Nothing is downloaded: the descriptors of `google/api`, `google/rpc`, `google/longrunning` and `buf/validate`
come out of the Python packages that carry them.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import FileDescriptor

from tools.contracts.output import scratch

ROOT = Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
GEN = ROOT / "gen"
BUILD = ROOT / "build"
IMAGE = BUILD / "contracts.binpb"
DEPENDENCIES = BUILD / "dependencies.binpb"

_DEPENDENCY_MODULES = (
    "google.api.annotations_pb2",
    "google.api.client_pb2",
    "google.api.field_behavior_pb2",
    "google.api.httpbody_pb2",
    "google.api.resource_pb2",
    "google.longrunning.operations_pb2",
    "google.rpc.error_details_pb2",
    "google.rpc.status_pb2",
    "google.protobuf.duration_pb2",
    "google.protobuf.empty_pb2",
    "google.protobuf.field_mask_pb2",
    "google.protobuf.struct_pb2",
    "google.protobuf.timestamp_pb2",
    "google.protobuf.wrappers_pb2",
)
# buf.alpha.image.v1.ImageFileExtension{is_import: true} as FileDescriptorProto field 8042: how an image tells
# `buf lint` and `buf breaking` which files are other people's.
_IS_IMPORT = b"\xd2\xf6\x03\x02\x08\x01"


class GenerationError(Exception):
    """A contract can't be compiled; the text is the compiler's own."""


def contract_files() -> list[str]:
    """Returns the contracts' paths relative to `proto/`, sorted."""
    return sorted(path.relative_to(PROTO).as_posix() for path in PROTO.rglob("*.proto"))


def dependency_set() -> descriptor_pb2.FileDescriptorSet:
    """Returns the descriptors of everything that contracts may import, dependencies first."""
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for module in _DEPENDENCY_MODULES:
        _collect(importlib.import_module(module).DESCRIPTOR, files)
    validate = _validate_descriptor()
    for name in validate.dependency:
        _collect(descriptor_pool.Default().FindFileByName(name), files)
    files[validate.name] = validate
    return descriptor_pb2.FileDescriptorSet(file=files.values())


def _collect(file: FileDescriptor, into: dict[str, descriptor_pb2.FileDescriptorProto]) -> None:
    if file.name in into:
        return
    for dependency in file.dependencies:
        _collect(dependency, into)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    into[file.name] = proto


def _validate_descriptor() -> descriptor_pb2.FileDescriptorProto:
    """Returns `buf/validate/validate.proto`, which protovalidate carries as a descriptor."""
    module = importlib.import_module("protovalidate._gen.buf.validate.validate_pb")
    return descriptor_pb2.FileDescriptorProto.FromString(module.desc().proto.to_binary())


def build() -> descriptor_pb2.FileDescriptorSet:
    """Compiles the contracts into `build/contracts.binpb` and returns them with imports and comments.

    Raises:
        GenerationError: A contract doesn't compile.
    """
    _replace(DEPENDENCIES, dependency_set())
    # Envoy needs error_details to print an error's details and Operations to transcode it.
    files = [*contract_files(), "google/rpc/error_details.proto", "google/longrunning/operations.proto"]
    with scratch(BUILD) as folder:
        compiled = folder / "image.binpb"
        protoc(["--include_imports", "--include_source_info", f"--descriptor_set_out={compiled}"], files)
        image = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    own = set(contract_files())
    for file in image.file:
        if file.name not in own:
            file.MergeFromString(_IS_IMPORT)
    _replace(IMAGE, image)
    return image


def _replace(path: Path, descriptors: descriptor_pb2.FileDescriptorSet) -> None:
    with scratch(BUILD) as folder:
        written = folder / path.name
        written.write_bytes(descriptors.SerializeToString(deterministic=True))
        written.replace(path)


def protoc(options: Iterable[str], files: Iterable[str]) -> None:
    """Runs the Protocol Buffers compiler over contracts and dependencies.

    Raises:
        GenerationError: The compiler refused.
    """
    options = [f"--descriptor_set_in={DEPENDENCIES}", f"--proto_path={PROTO}", *options]
    run([sys.executable, "-m", "grpc_tools.protoc", *options, *files], PROTO)


def run(command: Sequence[str], folder: Path) -> None:
    """Runs a generator in a folder; what it has to say is heard only when it fails.

    The programs that are installed beside the interpreter come first on its PATH, whatever the caller's is.

    Raises:
        GenerationError: The generator refused; the text is its own.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path}
    result = subprocess.run(  # noqa: S603 - every caller's command is fixed
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise GenerationError(result.stderr)
