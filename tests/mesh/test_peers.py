"""Whose connection a call comes on: what the sidecar says is read strictly, and nothing else counts."""

import pytest

from services.mesh.errors import Failure, Reason
from services.mesh.peers import HEADER, Peers

PEERS = Peers("xorb")
GENUINE = f"By=spiffe://xorb/core;Hash={'a' * 64};URI=spiffe://xorb/edge"


def test_the_role_is_that_of_the_certificate() -> None:
    assert PEERS.identity([("other", "value"), (HEADER, GENUINE)]) == "edge"
    assert PEERS.identity([(HEADER.title(), "URI=spiffe://xorb/core")]) == "core"
    assert Peers("example.org").identity([(HEADER, "URI=spiffe://example.org/core")]) == "core"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(HEADER, "")],
        [(HEADER, "edge")],
        [(HEADER, GENUINE.encode())],
        [(HEADER, GENUINE), (HEADER, GENUINE)],
        [(HEADER, f"{GENUINE},{GENUINE}")],
        [(HEADER, f"{GENUINE};URI=spiffe://xorb/core")],
        [(HEADER, 'Subject="URI=spiffe://xorb/edge"')],
        [(HEADER, "By=spiffe://xorb/edge;Hash=a")],
        [(HEADER, "URI=spiffe://elsewhere/edge")],
        [(HEADER, "URI=spiffe://xorb/edge/more")],
        [(HEADER, "URI=spiffe://xorb/")],
        [(HEADER, "URI=spiffe://xorbx/edge")],
        [(HEADER, "URI=spiffe://xorb/edge\n")],
    ],
)
def test_anything_else_is_nobody(headers: list[tuple[str, str | bytes]]) -> None:
    with pytest.raises(Failure) as refused:
        PEERS.identity(headers)
    assert refused.value.reason is Reason.UNAUTHENTICATED
    assert not PEERS.known(headers)
