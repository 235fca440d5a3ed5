"""Descriptor sets of the contracts, and of what they import from installed packages.

Nothing is downloaded: the descriptors of `google/api`, `google/rpc`, `google/longrunning` and `buf/validate`
come out of the Python packages that carry them.
"""

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import FileDescriptor

from tools.contracts.output import scratch
from tools.contracts.programs import run

ROOT = Path(__file__).resolve().parents[2]
PROTO = ROOT / "proto"
GEN = ROOT / "gen"
BUILD = ROOT / "build"
IMAGE = BUILD / "contracts.binpb"

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
# Envoy needs error_details to print an error's details and Operations to transcode it, whoever imports them.
_ALWAYS = ("google/rpc/error_details.proto", "google/longrunning/operations.proto")
# buf.alpha.image.v1.ImageFileExtension{is_import: true} as FileDescriptorProto field 8042: how an image tells
# `buf lint` and `buf breaking` which files are other people's.
_IS_IMPORT = b"\xd2\xf6\x03\x02\x08\x01"


def contract_files(proto: Path = PROTO) -> list[str]:
    """Returns the contracts' paths relative to their folder, sorted."""
    return sorted(path.relative_to(proto).as_posix() for path in proto.rglob("*.proto"))


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
    image = compiled(PROTO)
    with scratch(BUILD) as folder:
        written = folder / IMAGE.name
        written.write_bytes(image.SerializeToString(deterministic=True))
        written.replace(IMAGE)
    return image


def compiled(proto: Path) -> descriptor_pb2.FileDescriptorSet:
    """Compiles the contracts below a folder and returns them with imports and comments.

    Raises:
        GenerationError: A contract doesn't compile.
    """
    own = contract_files(proto)
    with scratch(BUILD) as folder:
        target = folder / "image.binpb"
        options = ["--include_imports", "--include_source_info", f"--descriptor_set_out={target}"]
        protoc(options, [*own, *_ALWAYS], proto)
        image = descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes())
    for file in image.file:
        if file.name not in own:
            file.MergeFromString(_IS_IMPORT)
    return image


def protoc(options: Iterable[str], files: Iterable[str], proto: Path = PROTO) -> None:
    """Runs the Protocol Buffers compiler over contracts and dependencies.

    Raises:
        GenerationError: The compiler refused.
    """
    with scratch(BUILD) as folder:
        dependencies = folder / "dependencies.binpb"
        dependencies.write_bytes(dependency_set().SerializeToString(deterministic=True))
        inputs = [f"--descriptor_set_in={dependencies}", f"--proto_path={proto}"]
        run([sys.executable, "-m", "grpc_tools.protoc", *inputs, *options, *files], proto)
