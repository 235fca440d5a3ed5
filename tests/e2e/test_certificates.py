"""Certificates are renewed by themselves: in time, again after Vault was away, and never half."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stack.mesh import store
from stack.mesh.authority import VaultAuthority
from stack.mesh.renewal import Renewal
from stack.polling import until
from tests.e2e import identities
from tests.e2e.platform import Platform

SECONDS = 6
IDENTITY = {"edge": "spiffe://xorb/edge"}


@contextmanager
def renewing(renewal: Renewal) -> Iterator[None]:
    """Runs it in a thread, as its process does."""
    stopped = threading.Event()
    thread = threading.Thread(target=renewal.run, args=(stopped,))
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(20)


def ends(folder: Path) -> float:
    found = store.installed(folder / "edge")
    return found.ends if found else 0.0


async def test_a_certificate_is_renewed_when_two_thirds_are_over(platform: Platform, tmp_path: Path) -> None:
    renewal = Renewal(identities.authority(platform, SECONDS), tmp_path, IDENTITY)
    with renewing(renewal):
        await _until(lambda: ends(tmp_path) > 0)
        first = ends(tmp_path)
        await _until(lambda: ends(tmp_path) > first)
        assert time.time() < first
        assert await identities.lets_in(platform, "core", identities.context(tmp_path / "edge" / "current"))


async def test_what_could_not_be_renewed_is_told_and_tried_again(
    platform: Platform, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    real = identities.authority(platform, SECONDS)
    tokens = ["nobody's"]
    renewal = Renewal(VaultAuthority(real.address, lambda: tokens[0], SECONDS), tmp_path, IDENTITY)
    with caplog.at_level(logging.ERROR), renewing(renewal):
        await _until(lambda: "NO CERTIFICATE FOR edge" in caplog.text)
        tokens[0] = real.token()
        await _until(lambda: ends(tmp_path) > time.time())
        tokens[0] = "nobody's"
        await _until(lambda: "THE CERTIFICATE OF edge RUNS OUT IN" in caplog.text)
        tokens[0] = real.token()
        old = ends(tmp_path)
        await _until(lambda: ends(tmp_path) > old)


async def _until(condition: Callable[[], bool]) -> None:
    async def holds() -> bool:
        return condition()

    await until(holds, 20)
