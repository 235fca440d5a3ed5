"""Every RPC obeys every rule of the house, and every rule notices a breach of it."""

from collections.abc import Callable
from typing import Any

import pytest
from google.api import annotations_pb2, field_behavior_pb2, http_pb2, resource_pb2
from google.protobuf import descriptor_pb2
from xorb.options.v1 import policy_pb2

from tests.contracts.catalogue import contracts
from tests.contracts.rules import RULES, Rule, documents, fields, http, policies, resources, shapes
from tools.contracts.descriptors import IMAGE
from tools.contracts.model import Contracts

Image = descriptor_pb2.FileDescriptorSet
Fault = Callable[[Image], None]

# Handles of extensions; the stubs know them as plain descriptors.
_POLICY: Any = policy_pb2.policy
_EXTERNAL: Any = policy_pb2.external_policy
_HTTP: Any = annotations_pb2.http
_BEHAVIOR: Any = field_behavior_pb2.field_behavior
_REFERENCE: Any = resource_pb2.resource_reference
_RESOURCE: Any = resource_pb2.resource


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_contracts_obey(rule: Rule) -> None:
    assert list(rule(contracts())) == []


def _method(image: Image, service: str, method: str) -> descriptor_pb2.MethodDescriptorProto:
    services = {one.name: one for file in image.file for one in file.service}
    return next(one for one in services[service].method if one.name == method)


def _message(image: Image, name: str) -> descriptor_pb2.DescriptorProto:
    return next(one for file in image.file for one in file.message_type if one.name == name)


def _field(image: Image, message: str, name: str) -> descriptor_pb2.FieldDescriptorProto:
    return next(one for one in _message(image, message).field if one.name == name)


def _policy(image: Image, service: str, method: str) -> policy_pb2.Policy:
    policy: policy_pb2.Policy = _method(image, service, method).options.Extensions[_POLICY]
    return policy


def _without_policy(image: Image) -> None:
    _method(image, "TargetsService", "GetTarget").options.ClearExtension(_POLICY)


def _without_caller(image: Image) -> None:
    _policy(image, "TargetsService", "GetTarget").ClearField("caller")


def _without_rate_class(image: Image) -> None:
    _policy(image, "TargetsService", "GetTarget").ClearField("rate_class")


def _with_internal_rate_class(image: Image) -> None:
    _policy(image, "TargetsService", "GetTarget").rate_class = policy_pb2.RATE_CLASS_INTERNAL


def _with_odd_permission(image: Image) -> None:
    _policy(image, "TargetsService", "GetTarget").permission = "readTargets"


def _with_unnamed_caller(image: Image) -> None:
    del _policy(image, "SightingsService", "RecordSightings").internal.spiffe_ids[:]


def _with_mixed_service(image: Image) -> None:
    _policy(image, "TargetsService", "GetTarget").internal.SetInParent()


def _without_audit(image: Image) -> None:
    _policy(image, "TargetsService", "CreateTarget").audited = False


def _without_external_policy(image: Image) -> None:
    file = next(one for one in image.file if one.name.endswith("common/v1/operations.proto"))
    del file.options.Extensions[_EXTERNAL][0]


def _without_comments(image: Image) -> None:
    for file in image.file:
        file.ClearField("source_code_info")


def _with_unfinished_comment(image: Image) -> None:
    _replace_comment(image, "Registers a target.", "Registers a target. And then")


def _with_unknown_reason(image: Image) -> None:
    _replace_comment(image, "Errors: FORBIDDEN_TARGET,", "Errors: MADE_UP_REASON,")


def _with_undocumented_errors(image: Image) -> None:
    _replace_comment(image, "Errors: FORBIDDEN_TARGET,", "FORBIDDEN_TARGET,")


def _with_reason_without_code(image: Image) -> None:
    _replace_comment(image, "ALREADY_EXISTS. A resource", "A resource")


def _replace_comment(image: Image, old: str, new: str) -> None:
    places = [place for file in image.file for place in file.source_code_info.location]
    found = [place for place in places if old in place.leading_comments]
    assert found
    for place in found:
        changed = place.leading_comments.replace(old, new)
        place.leading_comments = changed.partition("And then")[0] + "And then" if "And then" in changed else changed


def _without_behavior(image: Image) -> None:
    _field(image, "Target", "display_name").options.ClearExtension(_BEHAVIOR)


def _without_request_id(image: Image) -> None:
    _field(image, "CreateTargetRequest", "request_id").name = "call_id"


def _with_any_request_id(image: Image) -> None:
    _field(image, "CreateTargetRequest", "request_id").ClearField("options")


def _with_endless_filter(image: Image) -> None:
    _field(image, "ListTargetsRequest", "filter").ClearField("options")


def _without_binding(image: Image) -> None:
    _method(image, "TargetsService", "GetTarget").options.ClearExtension(_HTTP)


def _with_binding_of_internal(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "SightingsService", "RecordSightings").options.Extensions[_HTTP]
    rule.post = "/v1/sightings"


def _with_wrong_verb(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "TargetsService", "GetTarget").options.Extensions[_HTTP]
    rule.post = rule.get


def _with_wrong_body(image: Image) -> None:
    _method(image, "TargetsService", "CreateTarget").options.Extensions[_HTTP].body = "*"


def _with_wrong_custom_verb(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "TargetsService", "VerifyTarget").options.Extensions[_HTTP]
    rule.post = rule.post.replace(":verify", ":check")


def _without_mask(image: Image) -> None:
    _field(image, "UpdateTargetRequest", "update_mask").name = "mask"


def _with_unknown_variable(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "TargetsService", "GetTarget").options.Extensions[_HTTP]
    rule.get = "/v1/{title=organizations/*/targets/*}"


def _with_shared_path(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "ScansService", "GetScan").options.Extensions[_HTTP]
    rule.get = "/v1/{name=organizations/*/targets/*}"


def _without_version(image: Image) -> None:
    rule: http_pb2.HttpRule = _method(image, "TargetsService", "GetTarget").options.Extensions[_HTTP]
    rule.get = "/{name=organizations/*/targets/*}"


def _resource(image: Image, message: str) -> resource_pb2.ResourceDescriptor:
    resource: resource_pb2.ResourceDescriptor = _message(image, message).options.Extensions[_RESOURCE]
    return resource


def _with_odd_pattern(image: Image) -> None:
    _resource(image, "Target").pattern[0] = "organizations/{organization}/targets/{id}"


def _with_late_name(image: Image) -> None:
    _field(image, "Target", "name").name = "title"


def _with_global_resource(image: Image) -> None:
    _resource(image, "Target").pattern[0] = "targets/{target}"


def _with_dangling_reference(image: Image) -> None:
    options = _field(image, "GetTargetRequest", "name").options
    options.Extensions[_REFERENCE].type = "xorb.dev/Goal"


def _without_reference(image: Image) -> None:
    _field(image, "GetTargetRequest", "name").options.ClearExtension(_REFERENCE)


def _without_page_token(image: Image) -> None:
    _field(image, "ListTargetsRequest", "page_token").name = "cursor"


def _with_endless_page(image: Image) -> None:
    _field(image, "ListTargetsRequest", "page_size").ClearField("options")


def _with_other_watch(image: Image) -> None:
    _field(image, "WatchScanResponse", "reset").name = "restart"


def _with_unnamed_stream(image: Image) -> None:
    _method(image, "ScansService", "GetScan").server_streaming = True


def _with_wrapped_resource(image: Image) -> None:
    _method(image, "TargetsService", "GetTarget").output_type = ".xorb.core.v1.ListTargetsResponse"


FAULTS: list[tuple[Rule, Fault]] = [
    (policies.every_method_says_who_may_call, _without_policy),
    (policies.every_method_says_who_may_call, _without_caller),
    (policies.every_method_says_who_may_call, _without_external_policy),
    (policies.every_method_has_a_rate_class, _without_rate_class),
    (policies.every_method_has_a_rate_class, _with_internal_rate_class),
    (policies.permissions_are_noun_and_verb, _with_odd_permission),
    (policies.internal_methods_name_their_callers, _with_unnamed_caller),
    (policies.internal_methods_have_services_of_their_own, _with_mixed_service),
    (policies.every_change_is_audited, _without_audit),
    (documents.everything_has_a_comment, _without_comments),
    (documents.comments_are_sentences, _with_unfinished_comment),
    (documents.every_method_documents_its_errors, _with_unknown_reason),
    (documents.every_method_documents_its_errors, _with_undocumented_errors),
    (documents.every_reason_says_its_status_code, _with_reason_without_code),
    (fields.every_field_says_its_behavior, _without_behavior),
    (fields.changes_can_be_repeated, _without_request_id),
    (fields.changes_can_be_repeated, _with_any_request_id),
    (fields.strings_in_requests_are_bounded, _with_endless_filter),
    (http.bound_exactly_where_not_internal, _without_binding),
    (http.bound_exactly_where_not_internal, _with_binding_of_internal),
    (http.verbs_are_those_of_the_standard_methods, _with_wrong_verb),
    (http.verbs_are_those_of_the_standard_methods, _with_wrong_body),
    (http.verbs_are_those_of_the_standard_methods, _with_wrong_custom_verb),
    (http.updates_take_a_mask, _without_mask),
    (http.path_variables_are_fields_of_the_request, _with_unknown_variable),
    (http.no_two_methods_share_a_path, _with_shared_path),
    (http.paths_have_a_version, _without_version),
    (resources.resources_are_named_by_pattern, _with_odd_pattern),
    (resources.a_resource_begins_with_its_name, _with_late_name),
    (resources.only_accounts_are_outside_of_organizations, _with_global_resource),
    (resources.references_lead_to_resources, _with_dangling_reference),
    (resources.requests_say_what_their_names_name, _without_reference),
    (shapes.lists_have_pages, _without_page_token),
    (shapes.lists_have_pages, _with_endless_page),
    (shapes.watches_have_one_shape, _with_other_watch),
    (shapes.watches_have_one_shape, _with_unnamed_stream),
    (shapes.standard_methods_return_the_resource, _with_wrapped_resource),
]


@pytest.mark.parametrize(("rule", "fault"), FAULTS, ids=lambda one: one.__name__)
def test_a_planted_fault_is_noticed(rule: Rule, fault: Fault) -> None:
    contracts()
    image = Image.FromString(IMAGE.read_bytes())
    fault(image)
    assert list(rule(Contracts(image)))


def test_every_rule_has_a_fault_that_it_notices() -> None:
    assert {rule for rule, _ in FAULTS} == set(RULES)
