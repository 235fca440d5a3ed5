"""The document is valid OpenAPI, complete, and true to protobuf's JSON mapping."""

import json
from typing import Any

import pytest
from google.protobuf import json_format, message_factory
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tools.contracts.model import Contracts
from tools.contracts.openapi.document import document
from tools.contracts.openapi.examples import example

_TARGET = "/v1/organizations/{organization}/targets/{target}"


@pytest.fixture(scope="module")
def made(contracts: Contracts) -> dict[str, Any]:
    return document(contracts)


@pytest.fixture(scope="module")
def operations(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [operation for item in made["paths"].values() for operation in item.values()]
    return {operation["operationId"]: operation for operation in found}


def test_the_document_is_valid(made: dict[str, Any]) -> None:
    validate(made)


def test_the_same_contracts_give_the_same_document(made: dict[str, Any], contracts: Contracts) -> None:
    assert json.dumps(document(contracts)) == json.dumps(made)


def test_every_binding_is_one_operation(operations: dict[str, Any], contracts: Contracts) -> None:
    reachable = [method for method in contracts.methods if not method.internal]
    assert len(operations) == sum(len(method.bindings) for method in reachable)
    named = {operation["x-xorb-method"] for operation in operations.values()}
    assert named == {f"{method.service}.{method.name}" for method in reachable if method.bindings}


def test_every_path_variable_is_a_parameter(made: dict[str, Any]) -> None:
    for path, item in made["paths"].items():
        for operation in item.values():
            names = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
            assert [f"{{{name}}}" in path for name in names] == [True] * path.count("{")


def test_policies_are_shown(operations: dict[str, Any]) -> None:
    created = operations["Targets_CreateTarget"]
    assert created["x-xorb-permission"] == "targets.create"
    assert created["x-xorb-rate-class"] == "WRITE"
    assert created["x-xorb-audited"] is True
    assert created["security"] == [{"bearer": []}]
    assert operations["Identity_SignIn"]["security"] == []


def test_errors_are_grouped_by_status_with_their_reasons(operations: dict[str, Any]) -> None:
    answers = operations["Scans_CreateScan"]["responses"]
    assert set(answers["400"]["x-xorb-reasons"]) >= {"TARGET_NOT_VERIFIED", "TARGET_BUSY", "INVALID_FIELD"}
    assert "`NOT_FOUND` for a target" in answers["404"]["description"]
    assert "401" not in operations["Identity_SignUp"]["responses"]
    for operation in operations.values():
        assert "$ref" in operation["responses"]["default"]


def test_a_patch_requires_nothing_of_the_resource(made: dict[str, Any]) -> None:
    body = made["paths"]["/v1/organizations/{organization}"]["patch"]["requestBody"]
    assert "required" not in body["content"]["application/json"]["schema"]
    assert made["components"]["schemas"]["xorb.core.v1.Organization"]["required"] == ["displayName"]


def test_a_star_body_leaves_out_what_the_path_has(operations: dict[str, Any]) -> None:
    body = operations["Findings_DismissFinding"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"etag", "requestId", "reason"}
    assert body["required"] == ["reason"]
    assert body["properties"]["requestId"]["format"] == "uuid"
    assert body["properties"]["reason"] | {"minLength": 1, "maxLength": 2000} == body["properties"]["reason"]


def test_query_parameters_are_what_neither_path_nor_body_has(made: dict[str, Any]) -> None:
    patch = made["paths"][_TARGET]["patch"]
    assert [one["name"] for one in patch["parameters"] if one["in"] == "query"] == ["updateMask", "requestId"]
    listing = made["paths"]["/v1/organizations/{organization}/targets"]["get"]["parameters"]
    size = next(one for one in listing if one["name"] == "pageSize")
    assert size["schema"] == {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1000}


def test_types_are_those_of_the_json_mapping(made: dict[str, Any]) -> None:
    evidence = made["components"]["schemas"]["xorb.core.v1.Evidence"]["properties"]
    assert evidence["sizeBytes"]["type"] == "string"
    assert evidence["content"]["contentEncoding"] == "base64"
    assert evidence["createTime"]["format"] == "date-time"
    assert evidence["name"]["readOnly"] is True
    password = made["components"]["schemas"]["xorb.security.v1.SignInRequest"]["properties"]["password"]
    assert password["writeOnly"] is True
    ports = made["components"]["schemas"]["xorb.core.v1.Scan"]["properties"]["ports"]
    assert ports["items"] == {"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535}
    assert (ports["maxItems"], ports["uniqueItems"]) == (1024, True)


@pytest.mark.parametrize(
    ("target", "valid"),
    [({"host": "a"}, True), ({}, True), ({"host": "a", "url": "https://a"}, False), ({"host": 1}, False)],
)
def test_a_oneof_takes_one_of_its_members(made: dict[str, Any], target: dict[str, Any], *, valid: bool) -> None:
    assert _validator(made, {"$ref": "#/components/schemas/xorb.core.v1.Target"}).is_valid(target) == valid


def test_streams_are_events_of_records(operations: dict[str, Any]) -> None:
    answer = operations["Scans_WatchScan"]["responses"]["200"]["content"]
    assert list(answer) == ["text/event-stream"]
    assert answer["text/event-stream"]["schema"]["contentSchema"]["$ref"].endswith("WatchScanResponse")


def test_long_running_methods_say_what_they_result_in(operations: dict[str, Any]) -> None:
    outcome = operations["Scans_CreateScan"]["x-xorb-operation"]
    assert outcome["response"]["$ref"].endswith("/xorb.core.v1.Scan")
    assert outcome["metadata"]["$ref"].endswith("/xorb.core.v1.ScanProgress")


def test_everything_is_described(made: dict[str, Any]) -> None:
    for name, schema in made["components"]["schemas"].items():
        assert schema["description"], name
        for key, value in schema.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"
    for tag in made["tags"]:
        assert tag["description"], tag["name"]


def test_protobuf_reads_an_example_of_every_message(made: dict[str, Any], contracts: Contracts) -> None:
    schemas = made["components"]["schemas"]
    for name, schema in schemas.items():
        if name.startswith("xorb.") and schema["type"] == "object":
            text = json.dumps(example(schema, schemas))
            json_format.Parse(text, message_factory.GetMessageClass(contracts.message(name))())


def test_an_example_obeys_the_declared_rules(made: dict[str, Any], operations: dict[str, Any]) -> None:
    bodies = [one["requestBody"] for one in operations.values() if "requestBody" in one]
    assert len(bodies) > 10
    assert sum("application/octet-stream" in body["content"] for body in bodies) == 2
    for body in (body for body in bodies if "application/octet-stream" not in body["content"]):
        schema = body["content"]["application/json"]["schema"]
        _validator(made, schema).validate(example(schema, made["components"]["schemas"]))


def _validator(made: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({"components": made["components"], **schema})
