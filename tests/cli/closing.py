"""What is done about findings besides mending them, in the small platform."""

import uuid
from typing import Any

from xorb.core.v1 import (
    acceptance_pb2,
    acceptance_pb2_grpc,
    deadline_pb2,
    deadline_pb2_grpc,
    finding_assignment_pb2_grpc,
    retest_pb2,
    retest_pb2_grpc,
    severity_override_pb2,
    severity_override_pb2_grpc,
)

from tests.cli.platform import Platform, one, page


class Retests(retest_pb2_grpc.RetestsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[retest_pb2.Retest] = []

    def RequestRetest(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        name = f"{request.finding.partition('/findings/')[0]}/retests/{uuid.uuid4()}"
        self.kept.append(retest_pb2.Retest(name=name, finding=request.finding, state=retest_pb2.Retest.REQUESTED))
        return self.kept[-1]

    def ListRetests(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, retest_pb2.ListRetestsResponse(), "retests")

    def GetRetest(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.kept, request.name)

    def AssignRetest(self, request: Any, context: Any) -> Any:
        found = self.GetRetest(request, context)
        found.state, found.tester = retest_pb2.Retest.ASSIGNED, request.tester
        return found

    def ConcludeRetest(self, request: Any, context: Any) -> Any:
        found = self.GetRetest(request, context)
        found.state, found.verdict = retest_pb2.Retest.ENDED, request.verdict
        found.difference.add(change=retest_pb2.EvidenceLine.WENT, text="Server: Shop/1.0.2")
        found.difference.add(change=retest_pb2.EvidenceLine.CAME, text=request.evidence)
        return found

    def CancelRetest(self, request: Any, context: Any) -> Any:
        found = self.GetRetest(request, context)
        found.state = retest_pb2.Retest.CANCELLED
        return found


class Acceptances(acceptance_pb2_grpc.AcceptancesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[acceptance_pb2.Acceptance] = []

    def CreateAcceptance(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        made = request.acceptance
        made.name, made.state = f"{request.parent}/acceptances/{uuid.uuid4()}", acceptance_pb2.Acceptance.REQUESTED
        self.kept.append(made)
        return made

    def ListAcceptances(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, acceptance_pb2.ListAcceptancesResponse(), "acceptances")

    def GetAcceptance(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.kept, request.name)

    def ApproveAcceptance(self, request: Any, context: Any) -> Any:
        return self._decided(request, context, acceptance_pb2.Acceptance.APPROVED)

    def RejectAcceptance(self, request: Any, context: Any) -> Any:
        return self._decided(request, context, acceptance_pb2.Acceptance.REJECTED)

    def RevokeAcceptance(self, request: Any, context: Any) -> Any:
        return self._decided(request, context, acceptance_pb2.Acceptance.REVOKED)

    def _decided(self, request: Any, context: Any, state: acceptance_pb2.Acceptance.State) -> Any:
        found = self.GetAcceptance(request, context)
        found.state, found.note = state, request.note
        return found


class Deadlines(deadline_pb2_grpc.DeadlinesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.policy = deadline_pb2.DeadlinePolicy(etag="first")

    def GetDeadlinePolicy(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return self.policy

    def UpdateDeadlinePolicy(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        for path in request.update_mask.paths:
            self.policy.ClearField(path)
        self.policy.MergeFrom(request.deadline_policy)
        return self.policy


class SeverityOverrides(severity_override_pb2_grpc.SeverityOverridesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def GetSeverityOverride(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return severity_override_pb2.SeverityOverride(name=request.name, severity="HIGH", computed_severity="HIGH")

    def OverrideSeverity(self, request: Any, context: Any) -> Any:
        now = self.GetSeverityOverride(request, context)
        now.severity, now.reason, now.overridden = request.severity, request.reason, True
        return now

    def ClearSeverityOverride(self, request: Any, context: Any) -> Any:
        return self.GetSeverityOverride(request, context)


class Assignments(finding_assignment_pb2_grpc.FindingAssignmentsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def AssignFinding(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = one(context, self.platform.findings, request.name)
        found.assignee = request.assignee
        return found
