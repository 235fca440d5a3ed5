"""Built-in roles as sets of the permissions that the contracts name.

A role is declared by patterns, so that it grows with the contracts; a test pins what each comes to, so that it never
grows unnoticed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from services.mesh.policies import permissions

OWNER = "owner"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A role that every organization has.

    Attributes:
        title: What people call it.
        description: What it is for.
        grants: Patterns of permissions, such as `findings.*`.
        withholds: Patterns of permissions that it doesn't grant all the same.
    """

    title: str
    description: str
    grants: tuple[str, ...]
    withholds: tuple[str, ...] = ()

    def allows(self, permission: str) -> bool:
        """Returns whether the role grants a permission."""
        return _fits(permission, self.grants) and not _fits(permission, self.withholds)


# Where colleagues are, and what they tried, is for those who answer for it or look into it.
_AUDIT = ("audit.read",)
# Who else is let in, by which way, is for those to know who answer for it.
_ADMISSION = ("invitations.read", "service_accounts.read", "api_keys.read", "sessions.read", "connections.read")
_REPORTS = ("reports.*", "report_templates.*")
_OWNERS_ONLY = tuple(f"organizations.{verb}" for verb in ("transfer", "suspend", "resume", "delete", "undelete"))
# What is done about findings besides mending them.
_CLOSURE = ("deadlines.*", "acceptances.*", "retests.*")
_ASK_FOR_RETESTS = ("retests.request", "retests.cancel")

_WORK_ON_FINDINGS = (
    "finding_views.*",
    *("findings.update", "findings.reopen", "findings.merge", "findings.split"),
    *("separations.create", "separations.delete"),
)

BUILT_IN = {
    OWNER: BuiltIn("Owner", "Answers for the organization and may do everything.", ("*",)),
    ADMINISTRATOR: BuiltIn("Administrator", "Runs the organization and its people.", ("*",), _OWNERS_ONLY),
    "security_manager": BuiltIn(
        "Security manager",
        "Runs the security programme: targets, tests and what is done about findings.",
        (
            "*.read",
            "targets.*",
            "engagements.*",
            "scan_schedules.*",
            "scans.*",
            "operations.*",
            "findings.*",
            "finding_views.*",
            "separations.*",
            "notes.*",
            "attachments.*",
            "imports.*",
            "detection_rules.*",
            *_CLOSURE,
            "notification_*",
            *_REPORTS,
        ),
        _AUDIT,
    ),
    "analyst": BuiltIn(
        "Analyst",
        "Works findings, except that others decide what is left as it is.",
        (
            "*.read",
            "findings.*",
            "finding_views.*",
            "separations.*",
            "notes.*",
            "attachments.*",
            "imports.*",
            "detection_rules.*",
            "acceptances.create",
            *_ASK_FOR_RETESTS,
            *_REPORTS,
        ),
        (*_AUDIT, *_ADMISSION, "findings.dismiss"),
    ),
    "pentester": BuiltIn(
        "Pentester",
        "Tests what is registered.",
        (
            "*.read",
            "targets.verify",
            "engagements.check",
            "engagements.conduct",
            "engagements.stop",
            "scan_schedules.*",
            "scans.*",
            "operations.*",
            *_WORK_ON_FINDINGS,
            *_ASK_FOR_RETESTS,
            "retests.conclude",
            "imports.*",
            "reports.*",
            "notes.*",
            "attachments.*",
        ),
        (*_AUDIT, *_ADMISSION),
    ),
    "auditor": BuiltIn("Auditor", "Sees everything and changes nothing.", ("*.read", "reports.download")),
    "viewer": BuiltIn(
        "Viewer", "Sees the daily work and changes nothing.", ("*.read", "reports.download"), (*_AUDIT, *_ADMISSION)
    ),
}
"""The built-in roles by name."""


def granted(role: str) -> frozenset[str]:
    """Returns the permissions of a built-in role; none for any other."""
    return _sets().get(role, frozenset())


def granted_by(roles: Iterable[str]) -> frozenset[str]:
    """Returns what several roles grant together, as far as they are built-in ones."""
    return frozenset().union(*map(granted, roles))


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(permission for permission in permissions() if role.allows(permission))
        for name, role in BUILT_IN.items()
    }


def _fits(permission: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)
