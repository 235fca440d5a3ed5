"""``python -m stack.mesh certificates`` keeps certificates; ``python -m stack.mesh <role>`` prints its sidecar."""

import json
import logging
import os
import signal
import sys
import threading

from stack.components import openbao
from stack.errors import StackError
from stack.mesh import topology
from stack.mesh.authority import VaultAuthority
from stack.mesh.lifetime import certificate_seconds
from stack.mesh.policies import read_contracts
from stack.mesh.render import render
from stack.mesh.renewal import Renewal
from stack.settings import StackSettings, load


def main(arguments: list[str]) -> int:
    """Do what the only argument says; gives the exit code."""
    settings = load(os.environ)
    roles = {*topology.INGRESS, *topology.EGRESS}
    if len(arguments) != 1 or arguments[0] not in {"certificates", *roles}:
        sys.stderr.write(f"usage: python -m stack.mesh certificates|{'|'.join(sorted(roles))}\n")
        return 2
    try:
        if arguments[0] == "certificates":
            _keep_certificates(settings)
        else:
            contracts = read_contracts(settings.root / "gen")
            sys.stdout.write(json.dumps(render(settings, contracts, arguments), indent=1) + "\n")
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _keep_certificates(settings: StackSettings) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    address = settings.external("openbao") or openbao.address(settings)
    authority = VaultAuthority(address, lambda: _token(settings), certificate_seconds(settings))
    identities = {role: topology.spiffe_id(settings, role) for role in topology.IDENTITIES}
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    Renewal(authority, topology.certificates(settings), identities).run(stopped)


def _token(settings: StackSettings) -> str:
    kept = openbao.token_path(settings, "certificates")
    if settings.external("openbao") is None and kept.exists():
        return kept.read_text(encoding="utf-8")
    return settings.environment.get("XORB_VAULT_TOKEN", "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
