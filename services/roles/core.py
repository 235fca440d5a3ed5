"""The process of the core plane."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc.aio
from google.longrunning import operations_pb2_grpc
from redis.asyncio import Redis
from temporalio.client import Client
from xorb.core.v1 import (
    acceptance_pb2_grpc,
    activity_pb2_grpc,
    attachment_pb2_grpc,
    audit_pb2_grpc,
    checklist_pb2_grpc,
    dashboard_pb2_grpc,
    deadline_pb2_grpc,
    engagement_pb2_grpc,
    finding_assignment_pb2_grpc,
    finding_change_pb2_grpc,
    finding_history_pb2_grpc,
    finding_pb2_grpc,
    finding_view_pb2_grpc,
    import_pb2_grpc,
    invitation_pb2_grpc,
    issue_pb2_grpc,
    member_pb2_grpc,
    note_pb2_grpc,
    notification_channel_pb2_grpc,
    notification_delivery_pb2_grpc,
    notification_rule_pb2_grpc,
    organization_pb2_grpc,
    rate_limit_pb2_grpc,
    report_pb2_grpc,
    report_template_pb2_grpc,
    retest_pb2_grpc,
    role_pb2_grpc,
    scan_pb2_grpc,
    scan_schedule_pb2_grpc,
    separation_pb2_grpc,
    severity_override_pb2_grpc,
    target_pb2_grpc,
)
from xorb.security.v1 import account_pb2_grpc

from services.core.activity.service import ActivityServicer
from services.core.audit.service import AuditServicer
from services.core.engagements.changes import Known
from services.core.engagements.checklists.service import ChecklistsServicer
from services.core.engagements.leave import leave
from services.core.engagements.service import EngagementsServicer
from services.core.findings.acceptances.service import AcceptancesServicer
from services.core.findings.assignments.service import FindingAssignmentsServicer
from services.core.findings.attachments.service import AttachmentsServicer
from services.core.findings.bulk.service import FindingChangesServicer
from services.core.findings.dashboard.service import DashboardsServicer
from services.core.findings.deadlines.service import DeadlinesServicer
from services.core.findings.existence import store as existence
from services.core.findings.history.service import FindingHistoryServicer
from services.core.findings.notes.mentions import Colleagues
from services.core.findings.notes.service import NotesServicer
from services.core.findings.overrides.service import SeverityOverridesServicer
from services.core.findings.retests.control import WorkflowControl as RetestControl
from services.core.findings.retests.service import RetestsServicer
from services.core.findings.separations.service import SeparationsServicer
from services.core.findings.service import FindingsServicer, SightingsServicer
from services.core.findings.timekeeping.waking import WorkflowTimekeeper
from services.core.findings.views.service import FindingViewsServicer
from services.core.imports.control import Control as ImportControl
from services.core.imports.domain import Bounds as ImportBounds
from services.core.imports.receiving import Receiver
from services.core.imports.service import ImportsServicer
from services.core.limits.service import RateLimitOverridesServicer, RateLimitsServicer
from services.core.notifications.channels.endpoints import Endpoints
from services.core.notifications.channels.service import ChannelsServicer
from services.core.notifications.deliveries.service import DeliveriesServicer
from services.core.notifications.issues.service import IssuesServicer
from services.core.notifications.rules.service import RulesServicer
from services.core.organizations import store as organizations
from services.core.organizations.accounts import Accounts
from services.core.organizations.deletion.starting import DeletionWorkflows
from services.core.organizations.invitations.service import InvitationsServicer
from services.core.organizations.members import store as member_store
from services.core.organizations.members.service import MembersServicer
from services.core.organizations.roles.service import RolesServicer
from services.core.organizations.service import MembershipsServicer, OrganizationsServicer
from services.core.reports.control import Control as ReportControl
from services.core.reports.service import ReportsServicer
from services.core.reports.templates.service import ReportTemplatesServicer
from services.core.scans.control import Control
from services.core.scans.halting import EngagedScans
from services.core.scans.operation import ScanWork
from services.core.scans.ordering import Ordering
from services.core.scans.retesting import TargetedScans
from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.service import ScanSchedulesServicer
from services.core.scans.service import ScansServicer
from services.core.targets import store as target_store
from services.core.targets.addresses import Rules
from services.core.targets.ownership import Prover
from services.core.targets.service import TargetsServicer
from services.mesh import temporal
from services.mesh.access.cache import CachedAccess
from services.mesh.database import Database
from services.mesh.events import stream
from services.mesh.events.hub import Hub
from services.mesh.events.watch import Watcher
from services.mesh.operations import OperationsServicer, Work
from services.mesh.outbound import Reach
from services.mesh.pages import Pager
from services.mesh.settings import Settings
from services.mesh.signing import Signer
from services.mesh.tokens import ServiceIdentity
from services.roles import outside, process, scanning
from services.roles.sealed import SEALED
from services.security.secrets.service import COLLECTION, KeyRotations

ROLE = "core"
SERVICES = (
    "xorb.core.v1.OrganizationsService",
    "xorb.core.v1.MembershipsService",
    "xorb.core.v1.MembersService",
    "xorb.core.v1.InvitationsService",
    "xorb.core.v1.RolesService",
    "xorb.core.v1.TargetsService",
    "xorb.core.v1.EngagementsService",
    "xorb.core.v1.ChecklistsService",
    "xorb.core.v1.ScansService",
    "xorb.core.v1.ScanSchedulesService",
    "xorb.core.v1.FindingsService",
    "xorb.core.v1.FindingChangesService",
    "xorb.core.v1.FindingViewsService",
    "xorb.core.v1.SightingsService",
    "xorb.core.v1.ImportsService",
    "xorb.core.v1.SeparationsService",
    "xorb.core.v1.NotificationChannelsService",
    "xorb.core.v1.NotificationRulesService",
    "xorb.core.v1.NotificationDeliveriesService",
    "xorb.core.v1.IssuesService",
    "xorb.core.v1.DeadlinesService",
    "xorb.core.v1.DashboardsService",
    "xorb.core.v1.ReportsService",
    "xorb.core.v1.ReportTemplatesService",
    "xorb.core.v1.NotesService",
    "xorb.core.v1.AttachmentsService",
    "xorb.core.v1.FindingHistoryService",
    "xorb.core.v1.FindingAssignmentsService",
    "xorb.core.v1.AcceptancesService",
    "xorb.core.v1.RetestsService",
    "xorb.core.v1.SeverityOverridesService",
    "xorb.core.v1.ActivityService",
    "xorb.core.v1.AuditService",
    "xorb.core.v1.RateLimitsService",
    "xorb.core.v1.RateLimitOverridesService",
    "google.longrunning.Operations",
)


@dataclass(frozen=True)
class Core:
    """The servicers of the core plane, wired.

    Args:
        settings: The process's settings.
        database: Where the plane's state is.
        hub: Where live events come from.
        redis: A client of Redis.
        access: Who may do what.
        itself: A channel to this process, by which its services meet.
        security: A channel to the security plane.
    """

    settings: Settings
    database: Database
    hub: Hub
    redis: Redis
    access: CachedAccess
    itself: grpc.aio.Channel
    security: grpc.aio.Channel

    @property
    def _identity(self) -> ServiceIdentity:
        """Says to other services who this process is."""
        return process.identity(self.settings, ROLE)

    @property
    def _colleagues(self) -> Colleagues:
        """Says who is meant by an e-mail address."""
        return Colleagues(organization_pb2_grpc.MembershipsServiceStub(self.itself), self._identity)

    def _register_closure(self, server: grpc.aio.Server, pager: Pager, watcher: Watcher, client: Client) -> None:
        """Adds the servicers of what is done about findings besides mending them."""
        timekeeper = WorkflowTimekeeper(client)
        acceptances = AcceptancesServicer(self.database, pager, watcher, timekeeper)
        acceptance_pb2_grpc.add_AcceptancesServiceServicer_to_server(acceptances, server)
        deadlines = DeadlinesServicer(self.database, timekeeper)
        deadline_pb2_grpc.add_DeadlinesServiceServicer_to_server(deadlines, server)
        looks, control = TargetedScans(leave, scanning.target), RetestControl(client)
        retests = RetestsServicer(self.database, pager, watcher, self._colleagues, looks, control)
        retest_pb2_grpc.add_RetestsServiceServicer_to_server(retests, server)
        overrides = SeverityOverridesServicer(self.database)
        severity_override_pb2_grpc.add_SeverityOverridesServiceServicer_to_server(overrides, server)
        dashboards = DashboardsServicer(self.database, watcher)
        dashboard_pb2_grpc.add_DashboardsServiceServicer_to_server(dashboards, server)

    async def registered(self, server: grpc.aio.Server) -> None:
        """Adds all servicers to a server."""
        database, pager = self.database, Pager(self.settings.page_token_key)
        watcher = Watcher(database, self.hub, Signer(self.settings.page_token_key))
        rules = Rules(self.settings.allow_loopback_targets, self.settings.allow_private_targets)
        prover = Prover(rules, self.settings.dns_resolver, self.settings.verification_ports)
        client = await temporal.connect(self.settings)
        control = Control(client)
        ordering = Ordering(database, target_pb2_grpc.TargetsServiceStub(self.itself), control, leave)
        scans = ScansServicer(database, pager, watcher, ordering, control)
        rotations = KeyRotations(database, client, SEALED)
        works: dict[str, Work] = {"scans": ScanWork(database, scans.cancel), COLLECTION: rotations}
        operations = OperationsServicer(client, works, Signer(self.settings.page_token_key))
        targets = TargetsServicer(database, pager, rules, prover)
        findings = FindingsServicer(database, pager, watcher)
        self._register_imports(server, pager, watcher, ImportControl(client))
        self._register_notifications(server, pager)
        self._register_organizations(server, pager, rotations, DeletionWorkflows(client, self.settings.deletion_grace))
        target_pb2_grpc.add_TargetsServiceServicer_to_server(targets, server)
        known = Known(target_store.missing, member_store.missing)
        engagements = EngagementsServicer(database, pager, watcher, known, EngagedScans(control))
        engagement_pb2_grpc.add_EngagementsServiceServicer_to_server(engagements, server)
        checklists = ChecklistsServicer(database, pager, member_store.missing, existence.missing)
        checklist_pb2_grpc.add_ChecklistsServiceServicer_to_server(checklists, server)
        scan_pb2_grpc.add_ScansServiceServicer_to_server(scans, server)
        schedules = ScanSchedulesServicer(database, pager, ScheduleControl(client), leave, target_store.missing)
        scan_schedule_pb2_grpc.add_ScanSchedulesServiceServicer_to_server(schedules, server)
        finding_pb2_grpc.add_FindingsServiceServicer_to_server(findings, server)
        finding_pb2_grpc.add_SightingsServiceServicer_to_server(SightingsServicer(database), server)
        self._register_closure(server, pager, watcher, client)
        self._register_lists(server, pager)
        separation_pb2_grpc.add_SeparationsServiceServicer_to_server(SeparationsServicer(database, pager), server)
        reports = ReportsServicer(database, pager, watcher, ReportControl(client), self._accounts)
        report_pb2_grpc.add_ReportsServiceServicer_to_server(reports, server)
        templates = ReportTemplatesServicer(database, pager)
        report_template_pb2_grpc.add_ReportTemplatesServiceServicer_to_server(templates, server)
        notes = NotesServicer(database, pager, watcher, self._colleagues)
        note_pb2_grpc.add_NotesServiceServicer_to_server(notes, server)
        attachments = AttachmentsServicer(database, pager, self.settings.attachment_quota)
        attachment_pb2_grpc.add_AttachmentsServiceServicer_to_server(attachments, server)
        assignments = FindingAssignmentsServicer(database, self._colleagues)
        finding_assignment_pb2_grpc.add_FindingAssignmentsServiceServicer_to_server(assignments, server)
        history = FindingHistoryServicer(database, pager)
        finding_history_pb2_grpc.add_FindingHistoryServiceServicer_to_server(history, server)
        activity_pb2_grpc.add_ActivityServiceServicer_to_server(ActivityServicer(database, pager, watcher), server)
        audit_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(database, pager), server)
        overrides = RateLimitOverridesServicer(database, self.redis, organizations.get)
        rate_limit_pb2_grpc.add_RateLimitsServiceServicer_to_server(RateLimitsServicer(self.redis), server)
        rate_limit_pb2_grpc.add_RateLimitOverridesServiceServicer_to_server(overrides, server)
        operations_pb2_grpc.add_OperationsServicer_to_server(operations, server)

    def _register_lists(self, server: grpc.aio.Server, pager: Pager) -> None:
        """Adds the servicers of what is done with lists of findings."""
        bulk = FindingChangesServicer(self.database, pager, self._colleagues)
        finding_change_pb2_grpc.add_FindingChangesServiceServicer_to_server(bulk, server)
        views = FindingViewsServicer(self.database, pager)
        finding_view_pb2_grpc.add_FindingViewsServiceServicer_to_server(views, server)

    def _register_notifications(self, server: grpc.aio.Server, pager: Pager) -> None:
        """Adds the servicers of notifications."""
        reach = Reach(self.settings.allow_loopback_endpoints, self.settings.allow_private_endpoints)
        channels = ChannelsServicer(self.database, pager, Endpoints(reach))
        rules, deliveries = RulesServicer(self.database, pager), DeliveriesServicer(self.database, pager)
        notification_channel_pb2_grpc.add_NotificationChannelsServiceServicer_to_server(channels, server)
        notification_rule_pb2_grpc.add_NotificationRulesServiceServicer_to_server(rules, server)
        notification_delivery_pb2_grpc.add_NotificationDeliveriesServiceServicer_to_server(deliveries, server)
        issues = IssuesServicer(self.database, outside.follow, outside.say)
        issue_pb2_grpc.add_IssuesServiceServicer_to_server(issues, server)

    def _register_imports(
        self, server: grpc.aio.Server, pager: Pager, watcher: Watcher, control: ImportControl
    ) -> None:
        """Adds the servicer of imports."""
        bounds = ImportBounds(self.settings.import_file_bytes, self.settings.import_quota_bytes)
        receiver = Receiver(self.database, control, bounds)
        imports = ImportsServicer(self.database, pager, watcher, receiver, control, leave)
        import_pb2_grpc.add_ImportsServiceServicer_to_server(imports, server)

    @property
    def _accounts(self) -> Accounts:
        """Who accounts are."""
        return Accounts(account_pb2_grpc.AccountsServiceStub(self.security), self._identity)

    def _register_organizations(
        self, server: grpc.aio.Server, pager: Pager, rotations: KeyRotations, deletions: DeletionWorkflows
    ) -> None:
        """Adds the servicers of organizations and their people."""
        database, access = self.database, self.access
        accounts = self._accounts
        servicer = OrganizationsServicer(database, pager, access, rotations, deletions)
        members = MembersServicer(database, pager, accounts, access)
        invitations = InvitationsServicer(database, pager, accounts, access)
        organization_pb2_grpc.add_OrganizationsServiceServicer_to_server(servicer, server)
        memberships = MembershipsServicer(database, access, accounts)
        organization_pb2_grpc.add_MembershipsServiceServicer_to_server(memberships, server)
        member_pb2_grpc.add_MembersServiceServicer_to_server(members, server)
        invitation_pb2_grpc.add_InvitationsServiceServicer_to_server(invitations, server)
        role_pb2_grpc.add_RolesServiceServicer_to_server(RolesServicer(database, pager, access), server)


@asynccontextmanager
async def wired(settings: Settings) -> AsyncIterator[Core]:
    """Gives the core plane with all that it stands on."""
    redis = stream.connect(settings.redis_url)
    async with (
        process.database(settings) as database,
        process.channel(settings, ROLE) as itself,
        process.channel(settings, "security") as security,
    ):
        hub = Hub(database, redis)
        try:
            async with process.access(settings, database) as access:
                yield Core(settings, database, hub, redis, access, itself, security)
        finally:
            await hub.close()
            await redis.aclose()


async def run(settings: Settings) -> None:
    """Serves the core plane until the process is asked to stop."""
    async with wired(settings) as core:
        await process.serve(
            ROLE,
            settings,
            register=core.registered,
            services=SERVICES,
            store=core.database,
            known=core.access,
            drained=core.hub.close,
        )
