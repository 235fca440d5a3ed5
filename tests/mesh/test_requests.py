"""Where names stand in requests, and what is no name."""

import pytest
from google.longrunning import operations_pb2
from xorb.core.v1 import scan_pb2, target_pb2

from services.mesh import identifiers, requests
from services.mesh.errors import Failure, Reason


def test_names_are_found_in_nested_and_repeated_fields() -> None:
    ours, theirs = identifiers.new(), identifiers.new()
    targets = [f"organizations/{each}/targets/{identifiers.new()}" for each in (ours, theirs)]
    request = scan_pb2.CreateScanRequest(parent=f"organizations/{ours}", scan=scan_pb2.Scan(targets=targets))
    assert [found.organization for found in requests.names(request)] == [ours, ours, theirs]


def test_a_required_name_can_not_be_left_out() -> None:
    with pytest.raises(Failure) as caught:
        list(requests.names(target_pb2.ListTargetsRequest()))
    assert caught.value.reason is Reason.INVALID_FIELD
    assert [violation.field for violation in caught.value.fields] == ["parent"]


@pytest.mark.parametrize("collection", ["scans", "dataKeys"])
def test_every_kind_of_operation_has_a_name(collection: str) -> None:
    organization = identifiers.new()
    name = f"operations/organizations/{organization}/{collection}/{identifiers.new()}"
    [found] = requests.names(operations_pb2.GetOperationRequest(name=name))
    assert (found.name, found.organization) == (name, organization)


@pytest.mark.parametrize("name", ["", "operations", "operations/organizations/x/scans/y"])
def test_an_operation_is_asked_for_by_its_name(name: str) -> None:
    with pytest.raises(Failure) as caught:
        list(requests.names(operations_pb2.GetOperationRequest(name=name)))
    assert caught.value.reason is Reason.INVALID_NAME
