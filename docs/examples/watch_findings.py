"""Follow an organization's findings over WebSocket, over every interruption: each event once, in order.

Usage: `python watch_findings.py ws://127.0.0.1:8000 organizations/… "$(xorb token)"`
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

RESUME_TOKEN_EXPIRED = 4410
SHOULD_GO_ON = {1006, 1011, 1012, 1013, 4408, 4413}
"""Close codes after which connecting again is right; 4401 wants another token, the rest another request."""


def records(address: str, organization: str, token: str) -> Iterator[dict[str, Any]]:
    """Yield the records of the watch; raise ConnectionClosed when going on is of no use."""
    resume, pause = "", 0.2
    while True:
        query = f"?resumeToken={resume}" if resume else ""
        offered = [Subprotocol("xorb.v1"), Subprotocol(f"bearer.{token}")]
        try:
            with connect(f"{address}/v1/{organization}/findings:watch{query}", subprotocols=offered) as socket:
                for frame in socket:
                    record = json.loads(frame)
                    yield record
                    # Only now: what has been dealt with isn't asked for again.
                    resume, pause = record.get("resumeToken", resume), 0.2
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            if code == RESUME_TOKEN_EXPIRED:
                resume = ""
                yield {"reset": {"reason": "read the state anew"}}
            elif code not in SHOULD_GO_ON:
                raise
        time.sleep(pause)
        pause = min(5.0, pause * 2)


def main(address: str, organization: str, token: str) -> None:
    """Print a line for every record."""
    for record in records(address, organization, token):
        if "event" in record:
            finding = record["event"]["finding"]
            print(record["event"]["metadata"]["type"], finding["severity"], finding["title"], flush=True)
        else:
            print(*(name for name in ("checkpoint", "reset", "end") if name in record), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
