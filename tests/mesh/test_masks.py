"""Which fields an update changes, by the contract of targets."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1.target_pb2 import Target

from services.mesh import masks
from services.mesh.errors import Failure, Reason

CURRENT = Target(
    name="organizations/a/targets/b",
    display_name="before",
    host="example.com",
    verification_token="token",
    etag='"1"',
)


def fields(changed: Target, *paths: str) -> frozenset[str]:
    return masks.fields(changed, FieldMask(paths=paths), CURRENT)


def test_takes_what_the_mask_names_even_if_it_is_empty() -> None:
    changed = Target(display_name="after")
    assert fields(changed, "display_name") == {"display_name"}
    assert fields(changed, "excluded_addresses", "etag") == {"excluded_addresses"}


def test_takes_what_is_set_where_there_is_no_mask() -> None:
    assert fields(Target(display_name="after")) == {"display_name"}
    assert fields(Target()) == set()


def test_takes_everything_for_an_asterisk() -> None:
    assert fields(Target(), "*") == {"display_name", "excluded_addresses", "criticality"}


def test_takes_a_resource_back_as_it_was_read() -> None:
    changed = Target()
    changed.CopyFrom(CURRENT)
    changed.display_name = "after"
    assert fields(changed) == {"display_name"}


@pytest.mark.parametrize(
    "path", ["", "nonsense", "name", "host", "address", "verification_token", "displayName", "display_name.x", "\0"]
)
def test_refuses_a_path(path: str) -> None:
    with pytest.raises(Failure) as caught:
        fields(Target(display_name="after"), "display_name", path)
    assert caught.value.reason is Reason.INVALID_UPDATE_MASK
    assert [violation.field for violation in caught.value.fields] == ["update_mask"]


def test_refuses_an_asterisk_with_company() -> None:
    with pytest.raises(Failure, match=r"'\*' can't be changed"):
        fields(Target(), "*", "display_name")


@pytest.mark.parametrize("changed", [Target(host="example.org"), Target(url="https://example.com/")])
@pytest.mark.parametrize("paths", [(), ("*",)])
def test_refuses_to_change_what_is_immutable(changed: Target, paths: tuple[str, ...]) -> None:
    with pytest.raises(Failure, match="can't be changed any more") as caught:
        fields(changed, *paths)
    assert caught.value.reason is Reason.INVALID_UPDATE_MASK
