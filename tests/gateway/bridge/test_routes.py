"""Routes come from the contracts; requests from path and query."""

import pytest
from xorb.core.v1 import finding_pb2, scan_pb2

from gateway.bridge import requests
from gateway.bridge.problems import Problem
from gateway.bridge.routes import Route, Routes
from tests.gateway.bridge.site import ORGANIZATION, WATCH

ROUTES = Routes.of_contracts()


def _route(method: str, template: str) -> Route:
    return Route(finding_pb2.DESCRIPTOR.services_by_name["FindingsService"].methods_by_name[method], template)


def test_every_stream_with_a_binding_is_a_route() -> None:
    paths = {route.grpc_path: route.template for route in ROUTES.routes}
    assert paths["/xorb.core.v1.ScansService/WatchScan"] == "/v1/{parent=organizations/*/scans/*}:watch"
    assert paths["/xorb.core.v1.FindingsService/WatchFindings"] == "/v1/{parent=organizations/*}/findings:watch"
    assert "/xorb.core.v1.ScansService/GetScan" not in paths
    uploads = {"/xorb.core.v1.ImportsService/ImportFindings"}
    watches = [route for route in ROUTES.routes if route.grpc_path not in uploads]
    assert all(route.watch and not route.bidirectional and not route.public for route in watches)
    assert {route.plane for route in ROUTES.routes} == {"core"}


def test_a_path_finds_its_method() -> None:
    found = ROUTES.find("/v1/organizations/o/scans/s%20x:watch")
    assert found is not None
    route, fields = found
    assert route.method.full_name == "xorb.core.v1.ScansService.WatchScan"
    assert fields == {"parent": "organizations/o/scans/s x"}
    request = requests.opening(route, fields, "filter=a%3D1")
    assert request == scan_pb2.WatchScanRequest(parent="organizations/o/scans/s x", filter="a=1")


@pytest.mark.parametrize(
    "path", [f"{WATCH}/", f"{WATCH}x", f"x{WATCH}", "/v1/organizations/a/b/findings:watch", WATCH.upper()]
)
def test_other_paths_find_nothing(path: str) -> None:
    assert ROUTES.find(path) is None


def test_templates() -> None:
    assert _route("GetFinding", "/v1/{name=operations/**}").match("/v1/operations/a/b/c") == {
        "name": "operations/a/b/c"
    }
    assert _route("GetFinding", "/v1/{name}:go").match("/v1/a.b:go") == {"name": "a.b"}
    assert _route("GetFinding", "/v1/x-y").match("/v1/x-y") == {}


def test_query_values_have_the_fields_types() -> None:
    route = _route("ListFindings", "/v1/{parent=organizations/*}/findings")
    request = requests.opening(route, {"parent": ORGANIZATION}, "pageSize=7&orderBy=title")
    assert request == finding_pb2.ListFindingsRequest(parent=ORGANIZATION, page_size=7, order_by="title")
    update = _route("UpdateFinding", "/v1/{finding.name=organizations/*/findings/*}")
    query = "finding.severity=HIGH&finding.cwes=1&finding.cwes=2&updateMask=severity"
    message = requests.opening(update, {"finding.name": "organizations/o/findings/f"}, query)
    expected = finding_pb2.UpdateFindingRequest(
        finding=finding_pb2.Finding(name="organizations/o/findings/f", severity=finding_pb2.HIGH, cwes=[1, 2])
    )
    expected.update_mask.paths.append("severity")
    assert message == expected


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("ListFindings", "pageSize=x"),
        ("ListFindings", "pageSize=1&pageSize=2"),
        ("ListFindings", "parent.name=x"),
        ("UpdateFinding", "finding.severity=WORST"),
        ("UpdateFinding", "finding=x"),
        ("ListFindings", "filter=%ff"),
        ("ListFindings", "&".join(f"a{n}=1" for n in range(100))),
    ],
)
def test_bad_queries(method: str, query: str) -> None:
    with pytest.raises(Problem) as raised:
        requests.opening(_route(method, "/v1/x"), {}, query)
    assert raised.value.close_code == 4400
