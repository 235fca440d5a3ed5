"""The partner client is one package, without what is internal, and next to the servers' modules hides none of them."""

import importlib
import pkgutil
from pathlib import Path

import google.protobuf
import xorb
import xorb_client

from tools.contracts.descriptors import GEN
from tools.contracts.model import Contracts


def test_everything_is_in_one_package() -> None:
    assert [path.name for path in (GEN / "client").iterdir() if path.name != "__pycache__"] == ["xorb_client"]


def test_nothing_of_others_is_hidden() -> None:
    for module in pkgutil.walk_packages(xorb_client.__path__, "xorb_client."):
        importlib.import_module(module.name)
    assert xorb.__file__ == str(GEN / "python" / "xorb" / "__init__.py")
    assert "site-packages" in Path(google.protobuf.__file__).parts


def test_every_reachable_method_is_there_with_its_comment(contracts: Contracts) -> None:
    for method in contracts.methods:
        package, _, service = method.service.rpartition(".")
        module = importlib.import_module(f"xorb_client.{package}")
        for suffix in ("Stub", "AsyncStub"):
            stub = getattr(module, f"{service}{suffix}", None)
            assert (stub is None) == method.internal, method.grpc_path
            if stub is not None and not method.external:
                comment = contracts.comments[method.service]
                assert " ".join((stub.__doc__ or "").split()) == " ".join(comment.split())


def test_messages_of_internal_methods_stay_inside(contracts: Contracts) -> None:
    core = importlib.import_module("xorb_client.xorb.core.v1")
    assert not hasattr(core, "RecordSightingsRequest")
    assert hasattr(core, "ScanProgress"), "an operation's metadata, which no method names as its response"
    target = " ".join((core.Target.__doc__ or "").split())
    assert target.startswith(contracts.comments["xorb.core.v1.Target"])
