"""The process of the intelligence plane."""

import grpc.aio
from xorb.intelligence.v1 import detection_rule_pb2_grpc

from services.intelligence.rules.service import DetectionRulesServicer
from services.mesh.pages import Pager
from services.mesh.settings import Settings
from services.roles import process

ROLE = "intelligence"
SERVICES = ("xorb.intelligence.v1.DetectionRulesService",)


async def run(settings: Settings) -> None:
    """Serves the intelligence plane until the process is asked to stop."""
    async with process.database(settings) as database, process.access(settings, database) as access:
        rules = DetectionRulesServicer(database, Pager(settings.page_token_key))

        def register(server: grpc.aio.Server) -> None:
            detection_rule_pb2_grpc.add_DetectionRulesServiceServicer_to_server(rules, server)

        await process.serve(ROLE, settings, register=register, services=SERVICES, store=database, known=access)
