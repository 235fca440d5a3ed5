"""The Temporal worker that runs every domain's workflows and activities."""

from xorb.core.v1 import finding_pb2_grpc

from services.core.engagements.leave import leave
from services.core.findings.acceptances.covering import AcceptanceKeeper
from services.core.findings.deadlines.keeping import DeadlineKeeper
from services.core.findings.retests.activities import RetestActivities
from services.core.findings.retests.workflows import RunRetest
from services.core.findings.timekeeping.activities import TimekeepingActivities
from services.core.findings.timekeeping.workflows import KeepTime
from services.core.imports.activities import ImportActivities
from services.core.imports.sightings import Sightings as ImportSightings
from services.core.imports.workflows import ImportFile
from services.core.organizations.deletion.activities import DeletionActivities
from services.core.organizations.deletion.workflows import DeleteOrganization
from services.core.reports.activities import ReportActivities
from services.core.reports.workflows import RenderReport
from services.core.scans.activities import ScanActivities
from services.core.scans.retesting import TargetedScans
from services.core.scans.schedules.activities import ScheduleActivities
from services.core.scans.schedules.control import ScheduleControl
from services.core.scans.schedules.workflows import AlignSchedule, RunScheduledScan
from services.core.scans.scope import Bounds
from services.core.scans.sightings import Sightings
from services.core.scans.workflows import RunScan
from services.mesh import temporal
from services.mesh.executions import Executions
from services.mesh.settings import Settings
from services.roles import notifying, process, scanning
from services.roles.sealed import SEALED
from services.security.secrets.activities import RotationActivities
from services.security.secrets.workflows import RotateKey

ROLE = "orchestrator"


async def run(settings: Settings) -> None:
    """Works until the process is asked to stop."""
    bounds = Bounds(settings.allow_loopback_targets, settings.allow_private_targets, settings.dns_resolver or None)
    async with process.database(settings) as database, process.channel(settings, "core") as core:
        stub = finding_pb2_grpc.SightingsServiceStub(core)
        identity = process.identity(settings, ROLE)
        scans = ScanActivities(database, Sightings(stub, identity), bounds, leave)
        imports = ImportActivities(database, ImportSightings(stub, identity))
        client = await temporal.connect(settings, lazy=False)
        schedules = ScheduleActivities(database, leave, scanning.target, ScheduleControl(client))
        keys = process.organization_keys(settings)
        rotations = RotationActivities(database, keys, SEALED)
        deletions = DeletionActivities(database, keys, Executions(client))
        reports = ReportActivities(database)
        retests = RetestActivities(database, TargetedScans(leave, scanning.target))
        time = TimekeepingActivities(database, [AcceptanceKeeper(), DeadlineKeeper()])
        parts = (scans, schedules, imports, rotations, deletions, reports, retests, time)
        activities = [one for part in parts for one in part.all()]
        runs, keeping = [RunScan, RunScheduledScan, AlignSchedule, RunRetest], [RotateKey, DeleteOrganization, KeepTime]
        workflows = [*runs, *keeping, ImportFile, RenderReport]
        async with (
            notifying.worker(settings, database, client),
            temporal.worker(client, workflows, activities),
        ):
            await process.serve(ROLE, settings)
