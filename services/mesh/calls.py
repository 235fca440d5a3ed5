"""The call that is being served: who calls, in which organization, and under which request id."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from uuid import UUID

from opentelemetry import propagate

NO_ORGANIZATION = UUID(int=0)
_SERVICE = "spiffe://xorb/"
ADDRESS = "x-xorb-address"
"""The header with the address of the outside's caller. The edge sets it, whatever it was before."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        subject: The account's or service account's resource name, a service's SPIFFE identity, or `anonymous`.
        organization: The organization of the token; `NO_ORGANIZATION` where there is none.
        roles: The account's roles in it: what its token says until authorization has asked, then those of now.
        permissions: What these roles grant; nothing until authorization has asked.
        session: The identifier of the session, or of a service account's API key; empty for services.
        confined: Whether the session is confined to its organization, and what is the account's own is out of reach.
        second_factor: Whether the session was opened with more than one factor.
        token: The bearer token, to travel with calls on the caller's behalf.
    """

    subject: str = "anonymous"
    organization: UUID = NO_ORGANIZATION
    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    session: str = ""
    confined: bool = False
    second_factor: bool = False
    token: str = field(default="", repr=False)

    @property
    def is_account(self) -> bool:
        """Whether an account calls, rather than a service or nobody."""
        return self.subject.startswith("accounts/")

    @property
    def is_service_account(self) -> bool:
        """Whether a program calls that works in an organization (`organizations/…/serviceAccounts/…`)."""
        return self.subject.startswith("organizations/")

    @property
    def account(self) -> UUID | None:
        """The account's identifier, or None for a service or nobody."""
        kind, _, identifier = self.subject.partition("/")
        return UUID(identifier) if kind == "accounts" else None

    @property
    def role(self) -> str:
        """The role of a service, such as `core`; empty for an account or nobody."""
        return self.subject.removeprefix(_SERVICE) if self.subject.startswith(_SERVICE) else ""

    def allowed(self, roles: tuple[str, ...], permissions: frozenset[str]) -> "Caller":
        """Returns the caller with other roles and permissions."""
        return replace(self, roles=roles, permissions=permissions)


@dataclass(slots=True)
class Sharing:
    """How a watch is shared with other callers (see `services.mesh.events.sharing`).

    Attributes:
        asked: The view that the caller wants to tell others; empty for a silent call.
        tell: Sends initial metadata.
        permissions: Those that the view is for; None until there is one.
    """

    asked: str
    tell: Callable[[tuple[tuple[str, str], ...]], Awaitable[None]]
    permissions: frozenset[str] | None = None


@dataclass(slots=True)
class Call:
    """One call while it is served; interceptors fill it in.

    Attributes:
        identity: The role that the connection is of, such as `edge`; empty where there are no sidecars to tell.
        address: Where the outside's caller is, as the edge saw it; empty for calls from inside.
        organization: The only organization whose rows the call's transactions see.
        admitted: Whether authorization let it pass.
        concerns: What a public call is about, an account or a part of an organization, by its resource name, where it
            was found.
        recorded: Whether an event of it is in the log.
        over_rest: Whether Envoy transcoded it from REST.
        deadline: The event loop's time at which the caller stops waiting; None for streams.
        sharing: How its caller shares it with others; None where it doesn't.
    """

    method: str
    peer: str = ""
    identity: str = ""
    address: str = ""
    caller: Caller = Caller()
    organization: UUID = NO_ORGANIZATION
    admitted: bool = False
    concerns: str = ""
    recorded: bool = False
    request_id: str = ""
    request_digest: bytes = b""
    over_rest: bool = False
    deadline: float | None = None
    sharing: Sharing | None = None

    @property
    def trace_context(self) -> dict[str, str]:
        """The W3C trace context to hand on: that of the running span."""
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        return carrier


_current: ContextVar[Call] = ContextVar("xorb_call")


def current() -> Call:
    """Returns the call that the running task serves.

    Raises:
        LookupError: The task serves none.
    """
    return _current.get()


def concern(account: UUID) -> None:
    """Notes that the public call being served is about an account, in whose log a refusal then is."""
    current().concerns = f"accounts/{account}"


def enter(call: Call) -> None:
    """Makes `call` the one that the running task serves."""
    _current.set(call)
