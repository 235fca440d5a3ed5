"""The services of the small platform, over real gRPC."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import empty_pb2
from google.rpc import code_pb2
from xorb.common.v1 import watch_pb2
from xorb.core.v1 import (
    acceptance_pb2_grpc,
    activity_pb2,
    activity_pb2_grpc,
    attachment_pb2_grpc,
    audit_pb2_grpc,
    checklist_pb2_grpc,
    dashboard_pb2_grpc,
    deadline_pb2_grpc,
    engagement_pb2_grpc,
    finding_assignment_pb2_grpc,
    finding_history_pb2_grpc,
    finding_pb2,
    finding_pb2_grpc,
    import_pb2_grpc,
    member_pb2_grpc,
    note_pb2_grpc,
    notification_channel_pb2_grpc,
    notification_delivery_pb2_grpc,
    notification_rule_pb2_grpc,
    organization_pb2_grpc,
    report_pb2_grpc,
    report_template_pb2_grpc,
    retest_pb2_grpc,
    scan_pb2,
    scan_pb2_grpc,
    scan_schedule_pb2_grpc,
    severity_override_pb2_grpc,
    target_pb2,
    target_pb2_grpc,
)
from xorb.security.v1 import (
    api_key_pb2_grpc,
    connection_pb2_grpc,
    factor_pb2_grpc,
    identity_pb2_grpc,
    member_session_pb2_grpc,
    passkey_pb2_grpc,
    password_pb2_grpc,
    service_account_pb2_grpc,
    session_pb2_grpc,
)

from tests.cli import admission, closing, counting, engaging, notifying, reporting, talk
from tests.cli.factors import Factors, Passkeys
from tests.cli.identity import Identity, Organizations
from tests.cli.importing import Imports
from tests.cli.platform import Platform, fail, new_id, one, page

_Add = Callable[[Any, grpc.Server], None]


class Targets(target_pb2_grpc.TargetsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        target = request.target
        target.name = f"{request.parent}/targets/{new_id()}"
        target.verification_state = target_pb2.Target.PENDING
        target.verification_instructions = "Publish this token."
        self.platform.targets.append(target)
        return target

    def GetTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.targets, request.name)

    def ListTargets(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.targets, target_pb2.ListTargetsResponse(), "targets")

    def VerifyTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        target = one(context, self.platform.targets, request.name)
        target.verification_state = target_pb2.Target.VERIFIED
        return target

    def DeleteTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.targets.remove(one(context, self.platform.targets, request.name))
        return empty_pb2.Empty()


class Scans(scan_pb2_grpc.ScansServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateScan(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        scan = request.scan
        scan.name, scan.state = f"{request.parent}/scans/{new_id()}", scan_pb2.Scan.QUEUED
        self.platform.scans.append(scan)
        return operations_pb2.Operation(name=f"operations/{scan.name}")

    def GetScan(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.scans, request.name)

    def ListScans(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.scans, scan_pb2.ListScansResponse(), "scans")

    def PauseScan(self, request: Any, context: Any) -> Any:
        return self._become(request, context, scan_pb2.Scan.PAUSED)

    def ResumeScan(self, request: Any, context: Any) -> Any:
        return self._become(request, context, scan_pb2.Scan.RUNNING)

    def CancelScan(self, request: Any, context: Any) -> Any:
        return self._become(request, context, scan_pb2.Scan.CANCELLED)

    def _become(self, request: Any, context: Any, state: Any) -> Any:
        self.platform.enter(request, context)
        scan = one(context, self.platform.scans, request.name)
        scan.state = state
        return scan

    def ListScanLogEntries(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.log, scan_pb2.ListScanLogEntriesResponse(), "log_entries")

    def ListEvidence(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.evidence, scan_pb2.ListEvidenceResponse(), "evidence")

    def GetEvidence(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.evidence, request.name)

    def WatchScan(self, request: Any, context: Any) -> Iterator[Any]:
        self.platform.enter(request, context)
        position = int(request.resume_token or 0)
        yield scan_pb2.WatchScanResponse(checkpoint=watch_pb2.Checkpoint(), resume_token=str(position))
        for number, event in enumerate(self.platform.script[position:], position):
            if number in self.platform.breaks:
                context.abort(self.platform.breaks.pop(number), "broken on purpose")
            self._happen(request.parent, event)
            yield scan_pb2.WatchScanResponse(event=event, resume_token=str(number + 1))

    def _happen(self, name: str, event: scan_pb2.ScanEvent) -> None:
        """An event is told when it has happened: what is read from now on shows it too."""
        if event.HasField("scan"):
            event.scan.name = name
            event.scan.update_time.GetCurrentTime()
            next(scan for scan in self.platform.scans if scan.name == name).CopyFrom(event.scan)
        elif event.HasField("finding"):
            event.finding.scan = name
            if event.finding not in self.platform.findings:
                self.platform.findings.append(event.finding)
        elif event.log_entry not in self.platform.log:
            self.platform.log.append(event.log_entry)


class Findings(finding_pb2_grpc.FindingsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListFindings(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        scan = re.search(r'scan = "([^"]+)"', request.filter)
        found = [one for one in self.platform.findings if scan is None or one.scan == scan[1]]
        found = [one for one in found if all(word in one.title.casefold() for word in request.query.split())]
        return page(request, found, finding_pb2.ListFindingsResponse(), "findings")

    def GetFinding(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.findings, request.name)

    def TriageFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.TRIAGED)

    def ResolveFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.RESOLVED)

    def DismissFinding(self, request: Any, context: Any) -> Any:
        finding = self._become(request, context, finding_pb2.Finding.DISMISSED)
        finding.dismissal_reason = request.reason
        return finding

    def StartRemediation(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.IN_REMEDIATION)

    def MergeFindings(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        for name in request.duplicates:
            duplicate = one(context, self.platform.findings, name)
            duplicate.state, duplicate.duplicate_of = finding_pb2.Finding.DUPLICATE, request.name
        return one(context, self.platform.findings, request.name)

    def ListSightings(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        explanation = finding_pb2.MatchExplanation(summary="The same check at the same place")
        name = f"{request.parent}/sightings/0190b0a0-0000-7000-8000-000000000000"
        seen = finding_pb2.Sighting(name=name, match_explanation=explanation)
        return page(request, [seen], finding_pb2.ListSightingsResponse(), "sightings")

    def SplitFinding(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        finding = one(context, self.platform.findings, request.name)
        split = finding_pb2.Finding(name=f"{finding.name}2", sighting_count=len(request.sightings))
        return finding_pb2.SplitFindingResponse(finding=finding, split=split)

    def ReopenFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.OPEN)

    def _become(self, request: Any, context: Any, state: Any) -> Any:
        self.platform.enter(request, context)
        finding = one(context, self.platform.findings, request.name)
        finding.state = state
        return finding


class Activity(activity_pb2_grpc.ActivityServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def WatchActivity(self, request: Any, context: Any) -> Iterator[Any]:
        self.platform.enter(request, context)
        for number, event in enumerate(self.platform.activity[int(request.resume_token or 0) :], 1):
            yield activity_pb2.WatchActivityResponse(event=event, resume_token=str(number))
        fail(context, code_pb2.PERMISSION_DENIED, "PERMISSION_DENIED", "Your roles don't allow this.")


@contextmanager
def serving(platform: Platform) -> Iterator[str]:
    """Serves the platform on a free loopback port and gives its address."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    generated: tuple[_Add, ...] = (
        identity_pb2_grpc.add_IdentityServiceServicer_to_server,
        organization_pb2_grpc.add_OrganizationsServiceServicer_to_server,
        target_pb2_grpc.add_TargetsServiceServicer_to_server,
        scan_pb2_grpc.add_ScansServiceServicer_to_server,
        finding_pb2_grpc.add_FindingsServiceServicer_to_server,
        activity_pb2_grpc.add_ActivityServiceServicer_to_server,
        factor_pb2_grpc.add_FactorsServiceServicer_to_server,
        passkey_pb2_grpc.add_PasskeysServiceServicer_to_server,
        session_pb2_grpc.add_SessionsServiceServicer_to_server,
        member_session_pb2_grpc.add_MemberSessionsServiceServicer_to_server,
        member_pb2_grpc.add_MembersServiceServicer_to_server,
        connection_pb2_grpc.add_ConnectionsServiceServicer_to_server,
        service_account_pb2_grpc.add_ServiceAccountsServiceServicer_to_server,
        api_key_pb2_grpc.add_ApiKeysServiceServicer_to_server,
        password_pb2_grpc.add_PasswordsServiceServicer_to_server,
        audit_pb2_grpc.add_AuditServiceServicer_to_server,
        operations_pb2_grpc.add_OperationsServicer_to_server,
        import_pb2_grpc.add_ImportsServiceServicer_to_server,
        note_pb2_grpc.add_NotesServiceServicer_to_server,
        attachment_pb2_grpc.add_AttachmentsServiceServicer_to_server,
        finding_history_pb2_grpc.add_FindingHistoryServiceServicer_to_server,
        notification_channel_pb2_grpc.add_NotificationChannelsServiceServicer_to_server,
        notification_rule_pb2_grpc.add_NotificationRulesServiceServicer_to_server,
        notification_delivery_pb2_grpc.add_NotificationDeliveriesServiceServicer_to_server,
        engagement_pb2_grpc.add_EngagementsServiceServicer_to_server,
        checklist_pb2_grpc.add_ChecklistsServiceServicer_to_server,
        scan_schedule_pb2_grpc.add_ScanSchedulesServiceServicer_to_server,
        retest_pb2_grpc.add_RetestsServiceServicer_to_server,
        acceptance_pb2_grpc.add_AcceptancesServiceServicer_to_server,
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server,
        finding_assignment_pb2_grpc.add_FindingAssignmentsServiceServicer_to_server,
        severity_override_pb2_grpc.add_SeverityOverridesServiceServicer_to_server,
        report_pb2_grpc.add_ReportsServiceServicer_to_server,
        report_template_pb2_grpc.add_ReportTemplatesServiceServicer_to_server,
        dashboard_pb2_grpc.add_DashboardsServiceServicer_to_server,
    )
    servicers = (
        *(Identity, Organizations, Targets, Scans, Findings, Activity, Factors, Passkeys),
        *(admission.Sessions, admission.MemberSessions, admission.Members, admission.Connections),
        *(admission.ServiceAccounts, admission.ApiKeys, admission.Passwords, admission.Audit, admission.Operations),
        *(Imports, talk.Notes, talk.Attachments, talk.FindingHistory),
        *(notifying.Channels, notifying.Rules, notifying.Deliveries),
        *(engaging.Engagements, engaging.Checklists, engaging.Schedules),
        *(closing.Retests, closing.Acceptances, closing.Deadlines, closing.Assignments, closing.SeverityOverrides),
        *(reporting.Reports, reporting.Templates, counting.Dashboards),
    )
    for add, servicer in zip(generated, servicers, strict=True):
        add(servicer(platform), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
