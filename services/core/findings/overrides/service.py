"""The service that says how grave findings are, and by whom."""

from dataclasses import dataclass
from uuid import UUID

from xorb.core.v1 import severity_override_pb2, severity_override_pb2_grpc

from services.core.findings import changes, wire
from services.core.findings.domain import Finding, Severity
from services.core.findings.overrides import domain, store
from services.core.findings.overrides.domain import Decision
from services.mesh import names
from services.mesh.database import Database, Unit
from services.mesh.interceptors.layer import Context
from services.mesh.texts import storable

_OVERRIDE = "organizations/{organization}/findings/{finding}/severityOverride"


@dataclass
class SeverityOverridesServicer(severity_override_pb2_grpc.SeverityOverridesServiceServicer):
    """Serves `xorb.core.v1.SeverityOverridesService`.

    Args:
        database: Where findings are.
    """

    database: Database

    async def GetSeverityOverride(
        self, request: severity_override_pb2.GetSeverityOverrideRequest, context: Context
    ) -> severity_override_pb2.SeverityOverride:
        """Returns how grave a finding is."""
        async with self.database.unit() as unit:
            return await _message(unit, await changes.find(unit, _finding(request.name)))

    async def OverrideSeverity(
        self, request: severity_override_pb2.OverrideSeverityRequest, context: Context
    ) -> severity_override_pb2.SeverityOverride:
        """Decides how grave a finding is."""
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            current = await changes.find(unit, _finding(request.name), request.etag)
            decision = Decision(storable(request.reason).strip(), unit.actor, changes.now())
            changed = domain.override(current, Severity(request.severity), decision)
            await store.put(unit, current.id, decision)
            saved = await changes.save(unit, changed, "severity_overridden")
            return unit.reply(await _message(unit, saved), sealed=True)

    async def ClearSeverityOverride(
        self, request: severity_override_pb2.ClearSeverityOverrideRequest, context: Context
    ) -> severity_override_pb2.SeverityOverride:
        """Has a finding be as grave as its check says."""
        async with self.database.unit() as unit:
            await unit.serialize(changes.TOPIC)
            current = await changes.find(unit, _finding(request.name), request.etag)
            changed = domain.clear(current, await store.said(unit, current), changes.now())
            await store.remove(unit, current.id)
            saved = await changes.save(unit, changed, "severity_override_cleared")
            return unit.reply(await _message(unit, saved), sealed=True)


def _finding(name: str) -> UUID:
    return names.parse(_OVERRIDE, name)[1]


async def _message(unit: Unit, finding: Finding) -> severity_override_pb2.SeverityOverride:
    said, decision = await store.said(unit, finding), await store.get(unit, finding.id)
    return severity_override_pb2.SeverityOverride(
        name=f"{wire.name(unit.organization, finding.id)}/severityOverride",
        severity=finding.weakness.wording.severity.name,
        computed_severity=said.severity.name,
        tool_severity=said.by_tool,
        overridden=domain.overridden(finding),
        reason=decision.reason if decision else "",
        actor=decision.actor if decision else "",
        override_time=decision.decided_at if decision else None,
        etag=wire.etag(finding),
    )
