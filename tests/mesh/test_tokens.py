"""Whose tokens pass while the keys are fetched, and while nobody can say which keys there are."""

import asyncio
from dataclasses import dataclass, field

import pytest

from services.mesh import identifiers
from services.mesh.errors import Failure, Reason
from services.mesh.public_key import PublicKey
from services.mesh.testing import KEYS, token_for
from services.mesh.tokens import Verifier


@dataclass
class SlowKeys:
    """The keys of the test run, from a Vault that takes its time, or is away."""

    away: bool = False
    asked: int = 0
    pause: float = field(default=0.05)

    async def sign(self, payload: bytes, version: int = 0) -> bytes:
        """Returns a signature."""
        return await KEYS.sign(payload)

    async def public_keys(self) -> list[PublicKey]:
        """Returns the keys, after a while."""
        self.asked += 1
        await asyncio.sleep(self.pause)
        if self.away:
            raise Failure(Reason.UNAVAILABLE)
        return await KEYS.public_keys()


async def test_tokens_that_come_while_the_keys_are_fetched_wait_for_them() -> None:
    keys = SlowKeys()
    verifier = Verifier(keys)
    accounts = [identifiers.new() for _ in range(10)]
    tokens = [await token_for(account) for account in accounts]
    callers = await asyncio.gather(*(verifier.verify(token) for token in tokens))
    assert [caller.account for caller in callers] == accounts
    assert keys.asked == 1


async def test_a_good_token_is_not_refused_for_what_vault_does() -> None:
    keys = SlowKeys(away=True)
    verifier, token = Verifier(keys), await token_for()
    for _ in range(2):
        with pytest.raises(Failure) as caught:
            await verifier.verify(token)
        assert caught.value.reason is Reason.UNAVAILABLE
    keys.away = False
    assert (await verifier.verify(token)).token == token
