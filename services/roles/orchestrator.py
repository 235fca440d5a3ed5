"""The Temporal worker that runs every domain's workflows and activities."""

from xorb.core.v1 import finding_pb2_grpc

from services.core.scans.activities import ScanActivities
from services.core.scans.scope import Bounds
from services.core.scans.sightings import Sightings
from services.core.scans.workflows import RunScan
from services.mesh import temporal
from services.mesh.settings import Settings
from services.roles import process

ROLE = "orchestrator"


async def run(settings: Settings) -> None:
    """Works until the process is asked to stop."""
    bounds = Bounds(settings.allow_loopback_targets, settings.allow_private_targets, settings.dns_resolver or None)
    async with process.database(settings) as database, process.channel(settings, "core") as core:
        stub = finding_pb2_grpc.SightingsServiceStub(core)
        scans = ScanActivities(database, Sightings(stub, process.identity(settings, ROLE)), bounds)
        client = await temporal.connect(settings, lazy=False)
        async with temporal.worker(client, [RunScan], scans.all()):
            await process.serve(ROLE, settings)
