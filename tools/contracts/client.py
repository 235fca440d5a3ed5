"""The partners' client: betterproto2's messages and stubs, all below the one package `xorb_client`.

`google/` and `xorb/` are packages of that package: next to the servers' modules or to googleapis-common-protos they
would hide these.
"""

import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2

from tools.contracts.model import Contracts
from tools.contracts.programs import run
from tools.contracts.published import published

_OPTIONS = "client_generation=sync_async,server_generation=none"
# Types that travel in an error's details: no method refers to them.
_DETAILS = ("google/rpc/error_details.proto", "google/rpc/status.proto", "google/longrunning/operations.proto")
_PACKAGE = '"""What the platform\'s contracts say, for partners: messages and stubs. Generated; don\'t edit."""\n'


def generate(contracts: Contracts, image: descriptor_pb2.FileDescriptorSet, output: Path) -> None:
    """Writes the package `xorb_client` into `output`, an empty folder.

    Raises:
        GenerationError: The client's generator refused.
    """
    package = output / "xorb_client"
    package.mkdir()
    descriptors = published(contracts, image)
    files = [file.name for file in descriptors.file if _offered(file)]
    # Outside the project: the plugin formats what it writes by the rules of the folder that it runs in.
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "published.binpb")
        written.write_bytes(descriptors.SerializeToString(deterministic=True))
        run([
            sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_in={written}",
            f"--python_betterproto2_out={package}", f"--python_betterproto2_opt={_OPTIONS}", *files, *_DETAILS,
        ], Path(folder))  # fmt: skip
    (package / "__init__.py").write_text(_PACKAGE)


def _offered(file: descriptor_pb2.FileDescriptorProto) -> bool:
    own = file.name.startswith("xorb/") and not file.name.startswith("xorb/options/")
    return own and bool(file.message_type or file.enum_type or file.service)
