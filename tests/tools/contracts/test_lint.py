"""buf really lints the image that it is given, and only what is ours in it."""

import shutil
from pathlib import Path

from tools.contracts.descriptors import PROTO, ROOT, compiled
from tools.contracts.programs import finished


def _lint(proto: Path, folder: Path) -> str:
    image = folder / "image.binpb"
    image.write_bytes(compiled(proto).SerializeToString())
    return finished(["buf", "lint", str(image), "--config", str(ROOT / "buf.yaml")], folder).stdout


def test_the_contracts_have_no_breach(tmp_path: Path) -> None:
    assert _lint(PROTO, tmp_path) == ""


def test_planted_breaches_are_found(tmp_path: Path) -> None:
    proto = tmp_path / "proto"
    shutil.copytree(PROTO, proto)
    path = proto / "xorb" / "core" / "v1" / "target.proto"
    text = path.read_text().replace("string etag = 14", "string eTag = 14")
    path.write_text(text.replace("// A request to register a target.\n", ""))
    found = _lint(proto, tmp_path)
    assert "lower_snake_case" in found
    assert 'Message "CreateTargetRequest" should have a non-empty comment' in found
