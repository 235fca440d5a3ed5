"""Update masks (AIP-134): which fields a request changes, by the contract's `field_behavior` (AIP-203)."""

from functools import cache

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from services.mesh.descriptors import extension
from services.mesh.errors import Failure, FieldViolation, Reason

# It guards a change; it is none.
_ETAG = "etag"


def fields(changed: Message, mask: FieldMask, current: Message) -> frozenset[str]:
    """Returns the names of the fields to take over from `changed`.

    Those are the fields that the mask names, or all that may be changed for `*`, or without a mask those that are
    set. Fields that only the server sets are left out where no mask names them, and so are immutable ones that keep
    their value: a resource may be sent back as it was read.

    Args:
        changed: The resource with its new values.
        mask: Names of top-level fields.
        current: The resource as it stands.

    Raises:
        Failure: INVALID_UPDATE_MASK; there is no such field, or it can't be changed.
    """
    mutable = _with(changed.DESCRIPTOR, None)
    named = frozenset(mask.paths) - {_ETAG}
    if named - {"*"}:
        for path in sorted(named - mutable):
            raise _invalid(f"{path[:100]!r} can't be changed; what can is {', '.join(sorted(mutable))}.")
        return named
    _require_same(changed, current)
    present = frozenset(field.name for field, _ in changed.ListFields())
    return mutable if named else mutable & present


def _require_same(changed: Message, current: Message) -> None:
    immutable = _with(changed.DESCRIPTOR, field_behavior_pb2.IMMUTABLE)
    for field, value in changed.ListFields():
        if field.name in immutable and value != getattr(current, field.name):
            raise _invalid(f"{field.name!r} can't be changed any more.")


@cache
def _with(descriptor: Descriptor, behavior: int | None) -> frozenset[str]:
    """Returns the names of the fields with a behavior; for None, of those that callers may change."""
    fixed = {field_behavior_pb2.OUTPUT_ONLY, field_behavior_pb2.IDENTIFIER, field_behavior_pb2.IMMUTABLE}
    return frozenset(
        field.name
        for field in descriptor.fields
        if (behavior in _behaviors(field) if behavior else not fixed & _behaviors(field) and field.name != _ETAG)
    )


def _behaviors(field: FieldDescriptor) -> frozenset[int]:
    return frozenset(extension(field.GetOptions(), field_behavior_pb2.field_behavior))


def _invalid(text: str) -> Failure:
    return Failure(Reason.INVALID_UPDATE_MASK, f"update_mask: {text}", (FieldViolation("update_mask", text),))
