import pytest

from tools.contracts.descriptors import build
from tools.contracts.model import Contracts


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    """The platform's own contracts, compiled anew."""
    return Contracts(build())
