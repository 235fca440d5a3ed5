"""What is encrypted by Vault opens for whom it was encrypted, and for nobody else."""

import pytest

from services.mesh.cipher import TransitCipher
from services.mesh.errors import Failure, Reason


@pytest.fixture(scope="module")
def cipher(stack_environment: dict[str, str]) -> TransitCipher:
    return TransitCipher.connect(stack_environment["XORB_VAULT_ADDRESS"], stack_environment["XORB_VAULT_TOKEN"])


async def test_it_opens_for_its_owner_only(cipher: TransitCipher) -> None:
    sealed = await cipher.encrypt(b"a secret", b"ada")
    assert "a secret" not in sealed
    assert await cipher.encrypt(b"a secret", b"ada") != sealed
    assert await cipher.decrypt(sealed, b"ada") == b"a secret"
    for text, owner in ((sealed, b"bob"), (sealed, b""), (sealed[:-4] + "AAA=", b"ada"), ("nothing", b"ada")):
        with pytest.raises(Failure) as caught:
            await cipher.decrypt(text, owner)
        assert caught.value.reason is Reason.UNAVAILABLE


async def test_without_vault_there_is_a_clear_error() -> None:
    with pytest.raises(Failure) as caught:
        await TransitCipher.connect("http://127.0.0.1:1", "no token").encrypt(b"x", b"y")
    assert caught.value.reason is Reason.UNAVAILABLE
