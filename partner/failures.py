"""Why a call failed, for programs: the `google.rpc.Status` that every error of the platform carries (AIP-193)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xorb_client.google.rpc import BadRequest, ErrorInfo, Status

DETAILS_KEY = "grpc-status-details-bin"
"""The trailing metadata that has the status."""


@dataclass(frozen=True)
class Failure:
    """An error in the platform's own terms.

    Attributes:
        code: The gRPC status code's number.
        message: What went wrong, in English, for developers.
        reason: An entry of `ErrorReason` without prefix; empty where the error isn't the platform's own, such as a
            connection refused.
        metadata: Facts about this very failure, such as `resume_token`.
        violations: Field → what is wrong with it.
    """

    code: int
    message: str
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: Mapping[str, str] = field(default_factory=dict)


def decode(details: bytes) -> Failure:
    """Returns the failure that a serialized `google.rpc.Status` describes; details of other types are left out."""
    status = Status.parse(details)
    known = [detail.unpack() for detail in status.details if detail.type_url.rpartition("/")[2] in _KNOWN]
    info = next((one for one in known if isinstance(one, ErrorInfo)), ErrorInfo())
    requests = [one for one in known if isinstance(one, BadRequest)]
    violations = {found.field: found.description for one in requests for found in one.field_violations}
    return Failure(status.code, status.message, info.reason, dict(info.metadata), violations)


_KNOWN = frozenset({"google.rpc.ErrorInfo", "google.rpc.BadRequest"})
