"""Method policies, read from the descriptors of the contracts."""

from dataclasses import dataclass
from functools import cache

from google.longrunning import operations_pb2
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor
from xorb.common.v1 import operations_pb2 as operation_policies_pb2
from xorb.core.v1 import (
    acceptance_pb2,
    activity_pb2,
    attachment_pb2,
    audit_pb2,
    checklist_pb2,
    dashboard_pb2,
    deadline_pb2,
    engagement_pb2,
    finding_assignment_pb2,
    finding_change_pb2,
    finding_history_pb2,
    finding_pb2,
    finding_view_pb2,
    import_pb2,
    invitation_pb2,
    issue_pb2,
    member_pb2,
    note_pb2,
    notification_channel_pb2,
    notification_delivery_pb2,
    notification_rule_pb2,
    organization_pb2,
    rate_limit_pb2,
    report_pb2,
    report_template_pb2,
    retest_pb2,
    role_pb2,
    scan_pb2,
    scan_schedule_pb2,
    separation_pb2,
    severity_override_pb2,
    target_pb2,
)
from xorb.intelligence.v1 import detection_rule_pb2
from xorb.options.v1 import policy_pb2
from xorb.security.v1 import (
    account_pb2,
    api_key_pb2,
    connection_pb2,
    factor_pb2,
    identity_pb2,
    member_session_pb2,
    passkey_pb2,
    password_pb2,
    service_account_pb2,
    session_pb2,
)

from services.mesh.descriptors import extension

CONTRACTS: tuple[FileDescriptor, ...] = (
    organization_pb2.DESCRIPTOR,
    member_pb2.DESCRIPTOR,
    invitation_pb2.DESCRIPTOR,
    role_pb2.DESCRIPTOR,
    target_pb2.DESCRIPTOR,
    engagement_pb2.DESCRIPTOR,
    checklist_pb2.DESCRIPTOR,
    scan_pb2.DESCRIPTOR,
    scan_schedule_pb2.DESCRIPTOR,
    finding_pb2.DESCRIPTOR,
    finding_view_pb2.DESCRIPTOR,
    finding_change_pb2.DESCRIPTOR,
    import_pb2.DESCRIPTOR,
    separation_pb2.DESCRIPTOR,
    deadline_pb2.DESCRIPTOR,
    dashboard_pb2.DESCRIPTOR,
    report_pb2.DESCRIPTOR,
    report_template_pb2.DESCRIPTOR,
    finding_history_pb2.DESCRIPTOR,
    finding_assignment_pb2.DESCRIPTOR,
    note_pb2.DESCRIPTOR,
    acceptance_pb2.DESCRIPTOR,
    retest_pb2.DESCRIPTOR,
    severity_override_pb2.DESCRIPTOR,
    attachment_pb2.DESCRIPTOR,
    activity_pb2.DESCRIPTOR,
    audit_pb2.DESCRIPTOR,
    rate_limit_pb2.DESCRIPTOR,
    notification_channel_pb2.DESCRIPTOR,
    notification_rule_pb2.DESCRIPTOR,
    issue_pb2.DESCRIPTOR,
    notification_delivery_pb2.DESCRIPTOR,
    detection_rule_pb2.DESCRIPTOR,
    identity_pb2.DESCRIPTOR,
    session_pb2.DESCRIPTOR,
    password_pb2.DESCRIPTOR,
    factor_pb2.DESCRIPTOR,
    passkey_pb2.DESCRIPTOR,
    member_session_pb2.DESCRIPTOR,
    service_account_pb2.DESCRIPTOR,
    api_key_pb2.DESCRIPTOR,
    connection_pb2.DESCRIPTOR,
    account_pb2.DESCRIPTOR,
    operations_pb2.DESCRIPTOR,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a method.

    Exactly one of `public`, `authenticated`, `permission` and `internal_callers` is set. `service_accounts` says that
    `authenticated` takes them, too, `confined_sessions` that it takes those that are good in one organization only.
    """

    public: bool = False
    authenticated: bool = False
    permission: str = ""
    internal_callers: frozenset[str] = frozenset()
    audited: bool = False
    service_accounts: bool = False
    confined_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the contracts: its path, such as `/xorb.core.v1.ScansService/GetScan`, and its policy."""

    path: str
    policy: Policy
    descriptor: MethodDescriptor


class MissingPolicyError(Exception):
    """A method has no policy; the server refuses to serve it."""


def services() -> list[ServiceDescriptor]:
    """Returns every service of the contracts, Operations included."""
    return [service for file in CONTRACTS for service in file.services_by_name.values()]


@cache
def methods() -> dict[str, Method]:
    """Returns every method by its path.

    Raises:
        MissingPolicyError: A method has no policy, or one without a caller.
    """
    found = [
        Method(f"/{service.full_name}/{method.name}", _policy(method), method)
        for service in services()
        for method in service.methods
    ]
    return {method.path: method for method in found}


@cache
def permissions() -> frozenset[str]:
    """Returns the permission catalogue: every permission that some method asks for."""
    return frozenset(method.policy.permission for method in methods().values() if method.policy.permission)


def _policy(method: MethodDescriptor) -> Policy:
    declared = _external().get(method.full_name) or extension(method.GetOptions(), policy_pb2.policy)
    if declared.WhichOneof("caller") is None:
        raise MissingPolicyError(f"{method.full_name} says nowhere who may call it")
    return Policy(
        public=declared.public,
        authenticated=declared.authenticated,
        permission=declared.permission,
        internal_callers=frozenset(declared.internal.spiffe_ids),
        audited=declared.audited,
        service_accounts=declared.service_accounts,
        confined_sessions=declared.confined_sessions,
    )


@cache
def _external() -> dict[str, policy_pb2.Policy]:
    entries = extension(operation_policies_pb2.DESCRIPTOR.GetOptions(), policy_pb2.external_policy)
    return {entry.method: entry.policy for entry in entries}
