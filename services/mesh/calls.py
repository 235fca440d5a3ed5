"""The call that is being served: who calls, in which organization, and under which request id."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

NO_ORGANIZATION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        subject: The account's resource name, a service's SPIFFE identity, or `anonymous`.
        organization: The organization of the token; `NO_ORGANIZATION` where there is none.
        roles: The account's roles in it.
        permissions: What these roles grant.
        session: The session's identifier; empty for services.
        token: The bearer token, to travel with calls on the caller's behalf.
    """

    subject: str = "anonymous"
    organization: UUID = NO_ORGANIZATION
    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    session: str = ""
    token: str = field(default="", repr=False)

    @property
    def account(self) -> UUID | None:
        """The account's identifier, or None for a service or nobody."""
        kind, _, identifier = self.subject.partition("/")
        return UUID(identifier) if kind == "accounts" else None


@dataclass(slots=True)
class Call:
    """One call while it is served; interceptors fill it in.

    Attributes:
        organization: The only organization whose rows the call's transactions see.
        over_rest: Whether Envoy transcoded it from REST.
        deadline: The event loop's time at which the caller stops waiting; None for streams.
        trace_context: The W3C trace context to hand on.
    """

    method: str
    peer: str = ""
    caller: Caller = Caller()
    organization: UUID = NO_ORGANIZATION
    request_id: str = ""
    request_digest: bytes = b""
    over_rest: bool = False
    deadline: float | None = None
    trace_context: dict[str, str] = field(default_factory=dict)


_current: ContextVar[Call] = ContextVar("xorb_call")


def current() -> Call:
    """Returns the call that the running task serves.

    Raises:
        LookupError: The task serves none.
    """
    return _current.get()


def enter(call: Call) -> None:
    """Makes `call` the one that the running task serves."""
    _current.set(call)
