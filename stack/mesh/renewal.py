"""Certificates renewed in time, for as long as the process runs, whatever becomes of Vault meanwhile."""

import logging
import random
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from stack.mesh import store
from stack.mesh.authority import Authority
from stack.mesh.store import Validity

_LOG = logging.getLogger(__name__)
_SHORTEST_WAIT = 0.2
_LONGEST_WAIT = 15.0


@dataclass
class Renewal:
    """Keeps a certificate for each identity.

    Args:
        authority: Signs them.
        directory: The folder with a folder for each.
        identities: SPIFFE identities by role.
    """

    authority: Authority
    directory: Path
    identities: Mapping[str, str]
    _known: dict[str, Validity] = field(default_factory=dict, init=False)
    _failures: int = field(default=0, init=False)

    def run(self, stopped: threading.Event) -> None:
        """Renews until ``stopped`` is set."""
        while not stopped.is_set():
            self.renew(self.due(time.time()))
            stopped.wait(self.wait(time.time()))

    def due(self, now: float) -> list[str]:
        """The roles whose certificate is missing, or has two thirds of its life behind it."""
        for role in self.identities:
            found = store.installed(self.directory / role)
            if found is None:
                self._known.pop(role, None)
            else:
                self._known[role] = found
        return [role for role in self.identities if role not in self._known or self._known[role].renew_at() <= now]

    def renew(self, roles: Iterable[str]) -> None:
        """Renews what is due; what fails is said, and tried again soon."""
        failed = [role for role in roles if not self._renewed(role)]
        self._failures = self._failures + 1 if failed else 0
        store.write_state(self.directory, self._known)

    def wait(self, now: float) -> float:
        """Seconds until there is something to do."""
        if self._failures:
            wait = min(_LONGEST_WAIT, 0.5 * 2.0 ** min(self._failures, 6))
            # Where certificates are short, so is the time to try again.
            wait = min(wait, *(max(0.0, one.ends - now) / 10 for one in self._known.values()), _LONGEST_WAIT)
            return max(_SHORTEST_WAIT, random.uniform(wait / 2, wait))  # noqa: S311 - spreads attempts, protects nothing
        return max(_SHORTEST_WAIT, min(one.renew_at() for one in self._known.values()) - now)

    def _renewed(self, role: str) -> bool:
        try:
            issued = self.authority.issue(role, self.identities[role])
            self._known[role] = store.install(self.directory / role, issued)
        except (OSError, HTTPException, ValueError, KeyError) as error:
            self._complain(role, error)
            return False
        _LOG.info("certificate of %s renewed, valid until %s", role, store.readable(self._known[role].ends))
        return True

    def _complain(self, role: str, error: Exception) -> None:
        known = self._known.get(role)
        now = time.time()
        if known is None:
            _LOG.error("NO CERTIFICATE FOR %s: %s", role, error)
        elif known.ends <= now:
            _LOG.critical("THE CERTIFICATE OF %s HAS RUN OUT, its calls are refused: %s", role, error)
        elif known.alarm_at() <= now:
            _LOG.error("THE CERTIFICATE OF %s RUNS OUT IN %.0f SECONDS: %s", role, known.ends - now, error)
        else:
            _LOG.warning("the certificate of %s was not renewed: %s", role, error)
