"""What goes with a call to another service: the token, the trace, and what is left of the time."""

import asyncio

from opentelemetry import propagate

from services.mesh import calls

Metadata = tuple[tuple[str, str], ...]


def metadata(token: str) -> Metadata:
    """Returns a call's metadata: the bearer token, the trace context of the running span (W3C), and for whom it is."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    try:
        address = calls.current().address
    except LookupError:
        address = ""
    if address:
        carrier[calls.ADDRESS] = address
    return (("authorization", f"Bearer {token}"), *carrier.items())


def timeout(most: float) -> float:
    """Returns the seconds that a call may take: `most`, or less where the call being served ends sooner.

    A call that waits longer than its own caller does work that nobody will see.
    """
    try:
        deadline = calls.current().deadline
    except LookupError:
        deadline = None
    if deadline is None:
        return most
    return max(0.0, min(most, deadline - asyncio.get_running_loop().time()))
