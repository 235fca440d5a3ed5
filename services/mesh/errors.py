"""The catalogue of errors: every error that a caller sees is one of these.

A domain raises `Failure` with a `Reason`; one interceptor turns it into `google.rpc.Status` with `ErrorInfo` (AIP-193).
The reasons are those of `xorb.common.v1.ErrorReason`; a test proves that both agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

DOMAIN = "xorb"


class Code(IntEnum):
    """Canonical status codes (`google.rpc.Code`)."""

    CANCELLED = 1
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


class Reason(Enum):
    """Why a call failed: the status code, and what to tell the caller where there are no better words."""

    INTERNAL = (Code.INTERNAL, "Something failed on our side. Quote the error's id when you report it.")
    INVALID_FIELD = (Code.INVALID_ARGUMENT, "A field is not valid; the details name it.")
    INVALID_PAGE_TOKEN = (
        Code.INVALID_ARGUMENT,
        "The page token is not valid for this request. List again without it.",
    )
    INVALID_FILTER = (Code.INVALID_ARGUMENT, "The filter is not valid.")
    INVALID_ORDER = (Code.INVALID_ARGUMENT, "order_by is not valid.")
    INVALID_NAME = (Code.INVALID_ARGUMENT, "The resource name is not of the form that this method takes.")
    INVALID_UPDATE_MASK = (Code.INVALID_ARGUMENT, "The update mask names a field that can't be changed.")
    INVALID_RESUME_TOKEN = (
        Code.INVALID_ARGUMENT,
        "The resume token is not valid for this watch. Watch again without it.",
    )
    UNAUTHENTICATED = (Code.UNAUTHENTICATED, "Sign in first: there is no valid access token.")
    WRONG_CREDENTIALS = (Code.UNAUTHENTICATED, "E-mail or password is wrong.")
    INVALID_REFRESH_TOKEN = (Code.UNAUTHENTICATED, "The session has ended. Sign in again.")
    PERMISSION_DENIED = (Code.PERMISSION_DENIED, "Your roles don't allow this.")
    NOT_FOUND = (Code.NOT_FOUND, "There is no such resource, or you may not see it.")
    ALREADY_EXISTS = (Code.ALREADY_EXISTS, "It exists already.")
    ETAG_MISMATCH = (Code.ABORTED, "It was changed since you read it. Read it again, then repeat your change.")
    REQUEST_ID_REUSED = (Code.INVALID_ARGUMENT, "This request_id was used before with a different request.")
    ILLEGAL_TRANSITION = (Code.FAILED_PRECONDITION, "Its state doesn't allow this.")
    TARGET_NOT_VERIFIED = (Code.FAILED_PRECONDITION, "The target's ownership isn't verified. Verify it first.")
    VERIFICATION_FAILED = (Code.FAILED_PRECONDITION, "Ownership couldn't be proved.")
    TARGET_BUSY = (Code.FAILED_PRECONDITION, "Another scan of this target is still running.")
    FORBIDDEN_TARGET = (Code.INVALID_ARGUMENT, "This can't be a target.")
    RESUME_TOKEN_EXPIRED = (
        Code.OUT_OF_RANGE,
        "Events since this resume token are no longer kept. Read the state anew, then watch without a token.",
    )
    READER_TOO_SLOW = (
        Code.RESOURCE_EXHAUSTED,
        "You read too slowly. Watch again with the last resume token you received.",
    )
    DEADLINE_EXCEEDED = (Code.DEADLINE_EXCEEDED, "The call took longer than its deadline.")
    UNAVAILABLE = (Code.UNAVAILABLE, "A component is not available. Try again in a moment.")
    SIGN_UP_CLOSED = (Code.FAILED_PRECONDITION, "Signing up is closed here. Ask the operator for an account.")
    RESOURCE_IN_USE = (Code.FAILED_PRECONDITION, "Something still depends on it.")
    QUOTA_EXCEEDED = (Code.RESOURCE_EXHAUSTED, "A quota is used up.")
    RATE_LIMITED = (Code.RESOURCE_EXHAUSTED, "Too many requests. Wait as long as Retry-After says, then try again.")
    SESSION_REVOKED = (Code.UNAUTHENTICATED, "The session was ended. Sign in again.")
    ORGANIZATION_SUSPENDED = (Code.PERMISSION_DENIED, "The organization is suspended. An owner can resume it.")
    ORGANIZATION_DELETED = (
        Code.PERMISSION_DENIED,
        "The organization is being deleted. Until its purge_time an owner can undelete it.",
    )
    LAST_OWNER = (Code.FAILED_PRECONDITION, "An organization needs an owner, and this is the last one.")
    INVALID_INVITATION = (Code.FAILED_PRECONDITION, "The invitation has ended, or isn't for you. Ask for another one.")
    WRONG_SECOND_FACTOR = (Code.UNAUTHENTICATED, "The code or passkey is wrong, or the code was used before.")
    INVALID_CHALLENGE = (Code.UNAUTHENTICATED, "This has taken too long or too many attempts. Begin again.")
    REAUTHENTICATION_REQUIRED = (
        Code.PERMISSION_DENIED,
        "Prove that it is still you: with your password, or with an unused code of your authenticator app.",
    )
    SECOND_FACTOR_REQUIRED = (
        Code.PERMISSION_DENIED,
        "You signed in without a second factor, and the organization requires one. Add one, then sign in again.",
    )
    INVALID_RESET_CODE = (
        Code.UNAUTHENTICATED,
        "The code isn't this address's, or has ended. Ask the operator for another one.",
    )
    SEPARATION_OF_DUTIES = (Code.PERMISSION_DENIED, "Somebody else has to do this.")
    NOT_RETESTABLE = (Code.FAILED_PRECONDITION, "No check of ours has seen this. Ask a tester.")
    RETEST_UNDER_WAY = (Code.FAILED_PRECONDITION, "It is being tested again already.")
    MALFORMED_REQUEST = (Code.INVALID_ARGUMENT, "The request isn't well-formed.")
    REQUEST_TOO_LARGE = (Code.RESOURCE_EXHAUSTED, "The request is larger than this method takes.")
    METHOD_NOT_FOUND = (Code.UNIMPLEMENTED, "There is no such method here: see /docs.")
    SIGN_ON_FAILED = (Code.UNAUTHENTICATED, "Single sign-on failed. Begin again.")
    SIGN_ON_REFUSED = (Code.PERMISSION_DENIED, "The organization doesn't let you in with this identity.")
    PROVIDER_UNAVAILABLE = (Code.UNAVAILABLE, "The identity provider doesn't answer as it should. Try again later.")
    OFFSET_MISMATCH = (Code.ABORTED, "The file isn't that long yet, or is longer. Go on at its received_bytes.")
    ENGAGEMENT_STOPPED = (
        Code.FAILED_PRECONDITION,
        "An emergency stop halts the engagement. Release it before you scan again.",
    )
    ENGAGEMENT_NOT_UNDER_WAY = (Code.FAILED_PRECONDITION, "The engagement isn't under way. Start it first.")
    OUTSIDE_SCOPE = (Code.FAILED_PRECONDITION, "A target isn't in the engagement's scope.")
    BUDGET_SPENT = (Code.FAILED_PRECONDITION, "What was agreed for the engagement is used. Agree on more first.")
    OUTSIDE_WINDOW = (Code.FAILED_PRECONDITION, "The engagement's windows are closed.")
    ORIGIN_REFUSED = (Code.PERMISSION_DENIED, "Pages of this origin may not use sessions here.")

    @property
    def code(self) -> Code:
        """The status code."""
        return self.value[0]

    @property
    def message(self) -> str:
        """The message where the place of failure gives none."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """What is wrong with one field: its path, such as `target.host`, and what to do about it."""

    field: str
    description: str


@dataclass(eq=False)
class Failure(Exception):
    """An error that the caller may see.

    Args:
        reason: The entry of the catalogue.
        message: What to tell the caller; the catalogue's words where empty. It never holds another tenant's data.
        fields: The fields that are wrong, for INVALID_FIELD.
        metadata: Facts for programs, such as a resume token; they travel in `ErrorInfo`.
    """

    reason: Reason
    message: str = ""
    fields: tuple[FieldViolation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message or self.reason.message


def invalid_field(path: str, description: str) -> Failure:
    """Returns the failure for one wrong field; `path` is relative to the request, such as `target.host`."""
    return Failure(Reason.INVALID_FIELD, f"{path}: {description}", (FieldViolation(path, description),))


def not_found(name: str) -> Failure:
    """Returns the failure for a resource that isn't there for this caller."""
    return Failure(Reason.NOT_FOUND, f"There is no {name}, or you may not see it.")
