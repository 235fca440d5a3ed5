"""What each built-in role comes to, pinned: a new permission is given to a role on purpose or not at all."""

import pytest

from services.mesh.policies import permissions
from services.mesh.roles import BUILT_IN, granted, granted_by

READ = {
    "acceptances.read",
    "activity.read",
    "attachments.read",
    "dashboards.read",
    "deadlines.read",
    "detection_rules.read",
    "engagements.read",
    "finding_views.read",
    "findings.read",
    "imports.read",
    "members.read",
    "notes.read",
    "notification_channels.read",
    "notification_deliveries.read",
    "notification_rules.read",
    "operations.read",
    "organizations.read",
    "rate_limits.read",
    "report_templates.read",
    "reports.read",
    "retests.read",
    "roles.read",
    "scan_schedules.read",
    "scans.read",
    "separations.read",
    "targets.read",
}
# A report's files hold findings' evidence, which who may read findings may read.
REPORTING = {"reports.create", "reports.delete", "reports.download"}
REPORTS = REPORTING | {"report_templates.create", "report_templates.delete", "report_templates.update"}
MATCHING = {"findings.merge", "findings.split", "separations.create", "separations.delete"}
FINDINGS = {
    "findings.assign",
    "findings.remediate",
    "findings.reopen",
    "findings.resolve",
    "findings.triage",
    "findings.update",
    *MATCHING,
}
NOTES = {
    "finding_views.manage",
    "attachments.create",
    "attachments.delete",
    "notes.create",
    "notes.delete",
    "notes.update",
}
TESTING = {"engagements.check", "engagements.conduct", "engagements.stop"}
ENGAGEMENTS = TESTING | {
    f"engagements.{verb}" for verb in ("close", "conduct", "create", "delete", "plan", "release", "stop", "update")
}
IMPORTS = {"imports.cancel", "imports.create"}
RULES = {"detection_rules.manage", "detection_rules.test"}
SCHEDULES = {f"scan_schedules.{verb}" for verb in ("control", "create", "delete", "update")}
SCANS = SCHEDULES | {"operations.cancel", "scans.control", "scans.create"}
TARGETS = {"targets.create", "targets.delete", "targets.update", "targets.verify"} | ENGAGEMENTS
NOTIFICATIONS = {"notification_channels.manage", "notification_deliveries.retry", "notification_rules.manage"}
RETESTS = {"retests.cancel", "retests.request"}
CLOCKS = {"acceptances.approve", "acceptances.create", "acceptances.revoke", "deadlines.update"} | {
    *RETESTS,
    "retests.assign",
    "retests.conclude",
}
PEOPLE = {
    "api_keys.manage",
    "connections.manage",
    "invitations.create",
    "invitations.revoke",
    "members.delete",
    "members.suspend",
    "members.update",
    "roles.create",
    "roles.delete",
    "roles.update",
    "service_accounts.manage",
    "sessions.revoke",
}
ADMISSION = {"api_keys.read", "connections.read", "invitations.read", "service_accounts.read", "sessions.read"}
OWNERSHIP = {f"organizations.{verb}" for verb in ("delete", "resume", "suspend", "transfer", "undelete")}
ADMINISTRATION = {"audit.read", "organizations.rotate", "organizations.update", "findings.dismiss", *ADMISSION, *PEOPLE}

PINNED = {
    "owner": READ
    | REPORTS
    | FINDINGS
    | IMPORTS
    | RULES
    | NOTES
    | CLOCKS
    | SCANS
    | TARGETS
    | NOTIFICATIONS
    | ADMINISTRATION
    | OWNERSHIP,
    "administrator": READ
    | REPORTS
    | FINDINGS
    | IMPORTS
    | RULES
    | NOTES
    | CLOCKS
    | SCANS
    | TARGETS
    | NOTIFICATIONS
    | ADMINISTRATION,
    "security_manager": READ
    | REPORTS
    | FINDINGS
    | IMPORTS
    | RULES
    | NOTES
    | CLOCKS
    | SCANS
    | TARGETS
    | NOTIFICATIONS
    | ADMISSION
    | {"findings.dismiss"},
    "analyst": READ | REPORTS | FINDINGS | IMPORTS | RULES | NOTES | RETESTS | {"acceptances.create"},
    "pentester": READ
    | MATCHING
    | REPORTING
    | IMPORTS
    | NOTES
    | SCANS
    | TESTING
    | RETESTS
    | {"findings.reopen", "findings.update", "retests.conclude", "targets.verify"},
    "auditor": READ | ADMISSION | {"audit.read", "reports.download"},
    "viewer": READ | {"reports.download"},
}
"""Who adds a permission to the contracts decides here which roles have it."""


@pytest.mark.parametrize("role", BUILT_IN)
def test_a_role_grants_exactly_this(role: str) -> None:
    assert granted(role) == PINNED[role]


def test_owners_may_do_everything() -> None:
    assert granted("owner") == permissions()


def test_every_pattern_means_something() -> None:
    for role, entry in BUILT_IN.items():
        for pattern in (*entry.grants, *entry.withholds):
            others = entry.grants if pattern in entry.withholds else ()
            assert any(
                type(entry)("", "", (pattern,)).allows(permission)
                and (not others or type(entry)("", "", others).allows(permission))
                for permission in permissions()
            ), (role, pattern)


def test_a_role_that_is_not_built_in_grants_nothing() -> None:
    for role in ("", "Owner", "*", "organizations/x/roles/y"):
        assert granted(role) == frozenset()


def test_roles_add_up() -> None:
    assert granted_by(["analyst", "pentester", "nonsense"]) == PINNED["analyst"] | PINNED["pentester"]
    assert granted_by([]) == frozenset()
