"""Connections for partners' programs: what the generated client (`xorb_client`) lacks.

The generated stubs know neither token nor time-out where they run over grpcio; `partner.blocking` gives them channels
that do, and `partner.asynchronous` gives the same for asyncio, over grpclib:

    with blocking.connect("api.example.com:443", CallOptions(token=token)) as channel:
        for target in TargetsServiceStub(channel).list_targets(request).targets: ...
"""

from partner.failures import Failure
from partner.options import CallOptions

__all__ = ["CallOptions", "Failure"]
