"""The services of the small platform, over real gRPC."""

import re
import uuid
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
    activity_pb2,
    activity_pb2_grpc,
    audit_pb2_grpc,
    finding_pb2,
    finding_pb2_grpc,
    member_pb2_grpc,
    organization_pb2,
    organization_pb2_grpc,
    scan_pb2,
    scan_pb2_grpc,
    target_pb2,
    target_pb2_grpc,
)
from xorb.security.v1 import (
    api_key_pb2_grpc,
    connection_pb2_grpc,
    factor_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    member_session_pb2_grpc,
    passkey_pb2_grpc,
    password_pb2_grpc,
    service_account_pb2_grpc,
    session_pb2_grpc,
)

from tests.cli import admission
from tests.cli.admission import page
from tests.cli.factors import Factors, Passkeys
from tests.cli.platform import EMAIL, ORGANIZATION, Platform, fail

_Add = Callable[[Any, grpc.Server], None]


def _one(context: Any, resources: list[Any], name: str) -> Any:
    found = [resource for resource in resources if resource.name == name]
    if not found:
        fail(context, code_pb2.NOT_FOUND, "NOT_FOUND", f"There is no {name}, or you may not see it.")
    return found[0]


def _id() -> str:
    return str(uuid.uuid4())


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def SignUp(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if len(request.password) < 12:
            fail(
                context,
                3,
                "INVALID_FIELD",
                "A field is not valid; the details name it.",
                password="at least 12 characters",
            )
        if request.email in self.platform.accounts:
            fail(context, code_pb2.ALREADY_EXISTS, "ALREADY_EXISTS", "It exists already.")
        self.platform.accounts[request.email] = request.password
        return identity_pb2.Account(name="accounts/a", email=request.email)

    def SignIn(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if self.platform.accounts.get(request.email) != request.password:
            fail(context, code_pb2.UNAUTHENTICATED, "WRONG_CREDENTIALS", "E-mail or password is wrong.")
        if self.platform.codes or self.platform.passkeys:
            kinds = ["TOTP", "RECOVERY_CODE"] if self.platform.codes else ["PASSKEY"]
            factor = identity_pb2.SecondFactor(challenge="challenge", kinds=kinds)
            return identity_pb2.SessionTokens(second_factor=factor)
        return self._opened(request.email)

    def CompleteSignIn(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if getattr(request, request.WhichOneof("answer")) not in self.platform.codes:
            fail(context, code_pb2.UNAUTHENTICATED, "WRONG_SECOND_FACTOR", "That is wrong.")
        return self._opened(EMAIL)

    def _opened(self, email: str) -> Any:
        first = self.platform.organizations[0].name if self.platform.organizations else ""
        return self.platform.new_tokens(email, first)

    def RefreshSession(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        organization = self.platform.refresh.pop(request.refresh_token, None)
        if organization is None:
            fail(context, code_pb2.UNAUTHENTICATED, "INVALID_REFRESH_TOKEN", "The session has ended. Sign in again.")
        return self.platform.new_tokens(EMAIL, request.organization or organization)

    def SignOut(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.refresh.clear()
        return empty_pb2.Empty()

    def GetCaller(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        account = identity_pb2.Account(name="accounts/a", email=EMAIL)
        return identity_pb2.Caller(account=account, organization=ORGANIZATION, roles=["owner"])

    def GetJsonWebKeySet(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        return identity_pb2.JsonWebKeySet()


class Organizations(organization_pb2_grpc.OrganizationsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        created = organization_pb2.Organization(
            name=f"organizations/{_id()}", display_name=request.organization.display_name
        )
        self.platform.organizations.append(created)
        return created

    def GetOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return _one(context, self.platform.organizations, request.name)

    def UpdateOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = _one(context, self.platform.organizations, request.organization.name)
        request.update_mask.MergeMessage(request.organization, found)
        return found

    def RotateEncryptionKey(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return operations_pb2.Operation(name=f"operations/{request.name}/dataKeys/{_id()}")

    def DeleteOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        [found] = [one for one in self.platform.organizations if one.name == request.name]
        found.state = organization_pb2.Organization.DELETED
        found.purge_time.FromJsonString("2030-01-02T03:04:05Z")
        return found

    def UndeleteOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        [found] = [one for one in self.platform.organizations if one.name == request.name]
        found.ClearField("purge_time")
        return found

    def ListOrganizations(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        response = organization_pb2.ListOrganizationsResponse()
        return page(request, self.platform.organizations, response, "organizations")


class Targets(target_pb2_grpc.TargetsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        target = request.target
        target.name = f"{request.parent}/targets/{_id()}"
        target.verification_state = target_pb2.Target.PENDING
        target.verification_instructions = "Publish this token."
        self.platform.targets.append(target)
        return target

    def GetTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return _one(context, self.platform.targets, request.name)

    def ListTargets(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.targets, target_pb2.ListTargetsResponse(), "targets")

    def VerifyTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        target = _one(context, self.platform.targets, request.name)
        target.verification_state = target_pb2.Target.VERIFIED
        return target

    def DeleteTarget(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.targets.remove(_one(context, self.platform.targets, request.name))
        return empty_pb2.Empty()


class Scans(scan_pb2_grpc.ScansServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateScan(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        scan = request.scan
        scan.name, scan.state = f"{request.parent}/scans/{_id()}", scan_pb2.Scan.QUEUED
        self.platform.scans.append(scan)
        return operations_pb2.Operation(name=f"operations/{scan.name}")

    def GetScan(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return _one(context, self.platform.scans, request.name)

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
        scan = _one(context, self.platform.scans, request.name)
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
        return _one(context, self.platform.evidence, request.name)

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
        return page(request, found, finding_pb2.ListFindingsResponse(), "findings")

    def GetFinding(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return _one(context, self.platform.findings, request.name)

    def TriageFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.TRIAGED)

    def ResolveFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.RESOLVED)

    def DismissFinding(self, request: Any, context: Any) -> Any:
        finding = self._become(request, context, finding_pb2.Finding.DISMISSED)
        finding.dismissal_reason = request.reason
        return finding

    def ReopenFinding(self, request: Any, context: Any) -> Any:
        return self._become(request, context, finding_pb2.Finding.OPEN)

    def _become(self, request: Any, context: Any, state: Any) -> Any:
        self.platform.enter(request, context)
        finding = _one(context, self.platform.findings, request.name)
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
    )
    servicers = (
        *(Identity, Organizations, Targets, Scans, Findings, Activity, Factors, Passkeys),
        *(admission.Sessions, admission.MemberSessions, admission.Members, admission.Connections),
        *(admission.ServiceAccounts, admission.ApiKeys, admission.Passwords, admission.Audit, admission.Operations),
    )
    for add, servicer in zip(generated, servicers, strict=True):
        add(servicer(platform), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
