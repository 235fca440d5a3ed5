"""The catalogue's requests are valid, so that a test that uses them gets past validation."""

import uuid

import protovalidate
import pytest

from tests.contracts.catalogue import Entry, contracts, entries, request_for


def test_every_method_of_the_contracts_is_in_the_catalogue() -> None:
    assert [entry.method for entry in entries()] == list(contracts().methods)
    assert len(entries()) > 30


@pytest.mark.parametrize("entry", entries(), ids=str)
def test_a_request_of_the_catalogue_is_valid_and_within_its_organization(entry: Entry) -> None:
    organization = str(uuid.uuid4())
    request = request_for(entry, organization)
    assert isinstance(request, entry.request)
    protovalidate.validate(request)
    names = [value for _, value in request.ListFields() if isinstance(value, str) and "organizations/" in value]
    assert all(f"organizations/{organization}" in name for name in names)
