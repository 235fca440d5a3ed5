"""Refuses requests that break the rules that their contract declares (protovalidate)."""

import protovalidate
from google.protobuf.message import Message

from services.mesh.calls import Call
from services.mesh.errors import Failure, FieldViolation, Reason
from services.mesh.interceptors.layer import Gate
from services.mesh.policies import Method


class Validation(Gate):
    """The layer that spares handlers from checking shapes."""

    async def admit(self, call: Call, method: Method, message: Message) -> None:
        """Checks one message.

        Raises:
            Failure: INVALID_FIELD, with every wrong field.
        """
        violations = protovalidate.collect_violations(message)
        if violations:
            fields = tuple(_violation(violation) for violation in violations)
            text = "; ".join(f"{entry.field}: {entry.description}".removeprefix(": ") for entry in fields)
            raise Failure(Reason.INVALID_FIELD, text, fields)


def _violation(violation: protovalidate.Violation) -> FieldViolation:
    proto = violation.proto
    elements = proto.field.elements if proto.field else []
    return FieldViolation(".".join(element.field_name for element in elements), proto.message)
