"""How resources look in tables and CSV."""

from collections.abc import Iterable
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from cli.output import Column, short, when

_SEVERITY_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}
_STATE_STYLES = {
    "verified": "green",
    "pending": "yellow",
    "queued": "dim",
    "running": "cyan",
    "paused": "yellow",
    "succeeded": "green",
    "failed": "bold red",
    "cancelled": "red",
    "open": "red",
    "triaged": "yellow",
    "resolved": "green",
    "dismissed": "dim",
    "active": "green",
    "suspended": "bold red",
    "accepted": "green",
    "revoked": "red",
    "expired": "dim",
}


def enum_name(message: Message, field: str) -> str:
    """Returns an enum field's value in words, such as `not verified`; an empty text where it isn't set."""
    enum: Any = message.DESCRIPTOR.fields_by_name[field].enum_type
    number = getattr(message, field)
    known = enum.values_by_number.get(number)
    return str(known.name if known else number).replace("_", " ").lower() if number else ""


def severity_style(severity: str) -> str:
    """Returns the style of a severity in words."""
    return _SEVERITY_STYLES.get(severity, "")


def state_style(state: str) -> str:
    """Returns the style of a state in words."""
    return _STATE_STYLES.get(state, "")


def address(target: Any) -> str:  # noqa: ANN401 - a Target; its stub has no attribute by a variable name
    """Returns what a target tests: its host, block or URL."""
    kind = target.WhichOneof("address")
    return str(getattr(target, kind)) if kind else ""


def roles(names: Iterable[str]) -> str:
    """Returns a member's roles; of the organization's own the last digits."""
    return ", ".join(short(name) if "/" in name else name for name in names)


_ID = Column("id", lambda message: short(message.name))
_NAME = Column("name", lambda message: str(message.name), wide=True)

TARGETS = (
    _ID,
    Column("address", address, wide=True),
    Column("display_name", lambda target: str(target.display_name), wide=True),
    Column("verification", lambda target: enum_name(target, "verification_state"), state_style),
    Column("created", lambda target: when(target.create_time)),
)
TARGET = (
    _NAME,
    *TARGETS[1:4],
    Column("verified", lambda target: when(target.verify_time)),
    Column("excluded", lambda target: ", ".join(target.excluded_addresses)),
    Column("to_verify", lambda target: "" if target.HasField("verify_time") else str(target.verification_instructions)),
    TARGETS[4],
)
REPORTS = (
    _ID,
    Column("display_name", lambda report: str(report.display_name), wide=True),
    Column("state", lambda report: enum_name(report, "state"), state_style),
    Column("percent", lambda report: str(report.percent)),
    Column("findings", lambda report: str(report.finding_count)),
    Column("files", lambda report: " ".join(file.file_name for file in report.files), spare=True),
    Column("created", lambda report: when(report.create_time)),
    Column("expires", lambda report: when(report.expire_time), spare=True),
)
REPORT_TEMPLATES = (
    _ID,
    Column("display_name", lambda template: str(template.display_name), wide=True),
    Column("version", lambda template: str(template.version)),
    Column("updated", lambda template: when(template.update_time)),
)
SCANS = (
    _ID,
    Column("display_name", lambda scan: str(scan.display_name), wide=True),
    Column("state", lambda scan: enum_name(scan, "state"), state_style),
    Column("percent", lambda scan: str(scan.progress.percent)),
    Column("findings", lambda scan: str(scan.progress.findings)),
    Column("profile", lambda scan: enum_name(scan, "profile")),
    Column("created", lambda scan: when(scan.create_time)),
    Column("ended", lambda scan: when(scan.end_time), spare=True),
)
SCAN = (
    _NAME,
    *SCANS[1:],
    Column("failure", lambda scan: str(scan.failure_reason), "red"),
    Column("targets", lambda scan: "\n".join(scan.targets)),
    Column("tasks", lambda scan: "\n".join(_task(task) for task in scan.progress.tasks)),
)
IMPORTS = (
    _ID,
    Column("file", lambda one: str(one.display_name), wide=True),
    Column("format", lambda one: str(one.format)),
    Column("state", lambda one: enum_name(one, "state"), state_style),
    Column("records", lambda one: str(one.counts.records)),
    Column("new", lambda one: str(one.counts.created)),
    Column("seen_again", lambda one: str(one.counts.seen_again)),
    Column("reopened", lambda one: str(one.counts.reopened)),
    Column("merged", lambda one: str(one.counts.merged), spare=True),
    Column("gone", lambda one: str(one.counts.gone), spare=True),
    Column("closed", lambda one: str(one.counts.closed), spare=True),
    Column("refused", lambda one: str(one.counts.refused)),
)
LOG = (
    Column("time", lambda entry: when(entry.time), "dim"),
    Column("level", lambda entry: str(entry.level), lambda level: {"ERROR": "red", "WARNING": "yellow"}.get(level, "")),
    Column("executor", lambda entry: str(entry.executor), "cyan"),
    Column("message", lambda entry: str(entry.message), wide=True),
)
EVIDENCE = (
    _ID,
    Column("executor", lambda evidence: str(evidence.executor)),
    Column("media_type", lambda evidence: str(evidence.media_type)),
    Column("size", lambda evidence: str(evidence.size_bytes)),
    Column("truncated", lambda evidence: "yes" if evidence.truncated else ""),
    Column("sha256", lambda evidence: str(evidence.sha256), wide=True),
)


# What became of a line of evidence: it went, it came.
_SIGNS = {2: "-", 3: "+"}


def _accepted(acceptance: Any) -> str:  # noqa: ANN401 - an Acceptance
    """What an acceptance accepts."""
    kind = acceptance.WhichOneof("scope")
    if kind == "targets":
        return ", ".join(acceptance.targets.names)
    chosen = "everything" if kind == "whole_organization" else str(getattr(acceptance, kind or "cve"))
    return f"{chosen}: {acceptance.check}" if acceptance.check else chosen


FINDINGS = (
    _ID,
    Column("severity", lambda finding: enum_name(finding, "severity"), severity_style),
    Column("state", lambda finding: enum_name(finding, "state"), state_style),
    Column("title", lambda finding: str(finding.title), wide=True),
    Column("location", lambda finding: str(finding.location or finding.asset), wide=True),
    Column("seen", lambda finding: str(finding.sighting_count)),
    Column("last_seen", lambda finding: when(finding.last_seen_time), spare=True),
)
SEPARATIONS = (
    _NAME,
    Column("first", lambda pair: short(pair.first)),
    Column("second", lambda pair: short(pair.second)),
    Column("created", lambda pair: when(pair.create_time), "dim"),
)
SIGHTINGS = (
    _ID,
    Column("time", lambda seen: when(seen.time), "dim"),
    Column("by", lambda seen: seen.tool or str(seen.executor)),
    Column("check", lambda seen: str(seen.check)),
    Column("location", lambda seen: str(seen.location), wide=True),
    Column("why", lambda seen: str(seen.match_explanation.summary), wide=True),
)
FINDING = (
    _NAME,
    *FINDINGS[1:5],
    Column("description", lambda finding: str(finding.description)),
    Column("remediation", lambda finding: str(finding.remediation)),
    Column("evidence", lambda finding: str(finding.evidence), "dim"),
    Column("check", lambda finding: str(finding.check)),
    Column("cvss", lambda finding: f"{finding.cvss_score:.1f} {finding.cvss_vector}" if finding.cvss_vector else ""),
    Column("cwe", lambda finding: ", ".join(f"CWE-{number}" for number in finding.cwes)),
    Column("cve", lambda finding: ", ".join(finding.cves)),
    Column("references", lambda finding: "\n".join(finding.references)),
    Column("dismissed_because", lambda finding: str(finding.dismissal_reason)),
    *FINDINGS[5:],
    Column("first_seen", lambda finding: when(finding.first_seen_time)),
)
ACCEPTANCES = (
    _ID,
    Column("state", lambda one: enum_name(one, "state"), state_style),
    Column("scope", _accepted, wide=True),
    Column("findings", lambda one: str(one.finding_count)),
    Column("requester", lambda one: str(one.requester), spare=True),
    Column("decider", lambda one: str(one.decider), spare=True),
    Column("expires", lambda one: when(one.expire_time)),
)
ACCEPTANCE = (
    _NAME,
    *ACCEPTANCES[1:],
    Column("justification", lambda one: str(one.justification)),
    Column("evidence", lambda one: str(one.evidence)),
    Column("note", lambda one: str(one.note)),
)
SEVERITY = (
    Column("severity", lambda one: enum_name(one, "severity"), severity_style),
    Column("computed", lambda one: enum_name(one, "computed_severity"), severity_style),
    Column("tool_says", lambda one: str(one.tool_severity)),
    Column("overridden", lambda one: "yes" if one.overridden else ""),
    Column("reason", lambda one: str(one.reason)),
    Column("actor", lambda one: str(one.actor)),
    Column("time", lambda one: when(one.override_time)),
)
RETESTS = (
    _ID,
    Column("state", lambda one: enum_name(one, "state"), state_style),
    Column("verdict", lambda one: enum_name(one, "verdict")),
    Column("finding", lambda one: short(one.finding)),
    Column("check", lambda one: str(one.check), spare=True),
    Column("location", lambda one: str(one.location), wide=True),
    Column("reason", lambda one: str(one.reason), spare=True),
    Column("requested", lambda one: when(one.request_time)),
    Column("ended", lambda one: when(one.end_time), spare=True),
)
RETEST = (
    _NAME,
    *RETESTS[1:],
    Column("requester", lambda one: str(one.requester)),
    Column("tester", lambda one: str(one.tester)),
    Column("decider", lambda one: str(one.decider)),
    Column("scan", lambda one: str(one.scan)),
    Column("note", lambda one: str(one.note)),
    Column(
        "difference", lambda one: "\n".join(f"{_SIGNS.get(line.change, ' ')} {line.text}" for line in one.difference)
    ),
)
DEADLINES = (
    _NAME,
    Column("allowances", lambda policy: "\n".join(_allowed(one) for one in policy.allowances)),
    Column("time_zone", lambda policy: str(policy.calendar.time_zone)),
    Column("hours", lambda policy: "\n".join(f"{one.weekday}: {one.start}-{one.end}" for one in policy.calendar.hours)),
    Column("holidays", lambda policy: ", ".join(policy.calendar.holidays)),
    Column("warning", lambda policy: f"{policy.warning.seconds // 3600} h"),
)
NOTES = (
    _ID,
    Column("written", lambda note: when(note.create_time), "dim"),
    Column("author", lambda note: short(note.author)),
    Column("note", lambda note: str(note.content), wide=True),
)
ATTACHMENTS = (
    _ID,
    Column("file_name", lambda file: str(file.file_name), wide=True),
    Column("size", lambda file: str(file.size)),
    Column("state", lambda file: enum_name(file, "state")),
    Column("added", lambda file: when(file.create_time), "dim"),
    Column("sha256", lambda file: str(file.sha256), spare=True),
)
CHANGES = (
    Column("time", lambda change: when(change.metadata.time), "dim"),
    Column("who", lambda change: short(change.metadata.actor)),
    Column("what", lambda change: str(change.metadata.type.partition(".")[2])),
    Column("changed", lambda change: "; ".join(map(_changed, change.fields)), wide=True),
)
ORGANIZATIONS = (
    _ID,
    Column("display_name", lambda organization: str(organization.display_name), wide=True),
    Column("second_factor", lambda organization: "required" if organization.second_factor_required else ""),
    Column("created", lambda organization: when(organization.create_time)),
    Column("gone_at", lambda organization: when(organization.purge_time)),
)
MEMBERS = (
    Column("email", lambda member: str(member.email), wide=True),
    Column("display_name", lambda member: str(member.display_name), wide=True),
    Column("roles", lambda member: roles(member.roles), wide=True),
    Column("state", lambda member: enum_name(member, "state"), state_style),
    Column("joined", lambda member: when(member.join_time)),
    _ID,
)
INVITATIONS = (
    _ID,
    Column("email", lambda invitation: str(invitation.email), wide=True),
    Column("roles", lambda invitation: roles(invitation.roles), wide=True),
    Column("state", lambda invitation: enum_name(invitation, "state"), state_style),
    Column("expires", lambda invitation: when(invitation.expire_time)),
)
ROLES = (
    _ID,
    Column("display_name", lambda role: str(role.display_name), wide=True),
    Column("description", lambda role: str(role.description), wide=True),
    Column("permissions", lambda role: ", ".join(role.permissions), wide=True),
)
BUILT_IN_ROLES = (
    Column("role", lambda role: str(role.role)),
    Column("description", lambda role: str(role.description), wide=True),
    Column("permissions", lambda role: ", ".join(role.permissions), wide=True),
)
CALLER = (
    Column("email", lambda caller: str(caller.account.email)),
    Column("account", lambda caller: str(caller.account.name)),
    Column("organization", lambda caller: str(caller.organization)),
    Column("roles", lambda caller: ", ".join(caller.roles)),
    Column("permissions", lambda caller: ", ".join(caller.permissions)),
)
FACTORS = (
    Column("authenticator_app", lambda factors: when(factors.totp_confirm_time) or "no"),
    Column("passkeys", lambda factors: str(factors.passkeys)),
    Column("recovery_codes", lambda factors: str(factors.recovery_codes)),
)
PASSKEYS = (
    _ID,
    Column("display_name", lambda passkey: str(passkey.display_name), wide=True),
    Column("synced", lambda passkey: "yes" if passkey.synced else "no", spare=True),
    Column("created", lambda passkey: when(passkey.create_time)),
    Column("used", lambda passkey: when(passkey.use_time)),
)
ACTIVITY = (
    Column("time", lambda event: when(event.metadata.time), "dim"),
    Column("type", lambda event: str(event.metadata.type), "cyan"),
    Column("summary", lambda event: str(event.summary), wide=True),
)


def _task(task: Any) -> str:  # noqa: ANN401 - a TaskProgress
    where = task.target_display_name or short(task.target)
    return f"{where}  {task.executor}  {task.percent}%  {enum_name(task, 'state')}"


def _changed(field: Any) -> str:  # noqa: ANN401 - a FieldChange
    before, after = (json_format.MessageToJson(value, indent=None) for value in (field.before, field.after))
    return f"{field.field}: {before} → {after}"


def _allowed(one: Any) -> str:  # noqa: ANN401 - an Allowance
    """One allowance of a policy."""
    length = (
        f"{one.business_hours} business hours" if one.WhichOneof("time") == "business_hours" else f"{one.days} days"
    )
    on = f" on {enum_name(one, 'criticality')} targets" if one.criticality else ""
    return f"{enum_name(one, 'severity')}{on}: {length}"
