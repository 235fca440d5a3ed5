"""Engagements in the small platform."""

import uuid
from typing import Any

from xorb.core.v1 import activity_pb2, checklist_pb2, checklist_pb2_grpc, engagement_pb2, engagement_pb2_grpc

from tests.cli.platform import Platform, page


class Engagements(engagement_pb2_grpc.EngagementsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[engagement_pb2.Engagement] = []

    def CreateEngagement(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        made = request.engagement
        made.name, made.state = f"{request.parent}/engagements/{uuid.uuid4()}", engagement_pb2.Engagement.DRAFT
        self.kept.append(made)
        return made

    def GetEngagement(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return next(one for one in self.kept if one.name == request.name)

    def ListEngagements(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, engagement_pb2.ListEngagementsResponse(), "engagements")

    def ScopeEngagement(self, request: Any, context: Any) -> Any:
        found = self.GetEngagement(request, context)
        found.state = engagement_pb2.Engagement.SCOPING
        return found

    def StopEngagement(self, request: Any, context: Any) -> Any:
        found = self.GetEngagement(request, context)
        found.emergency_stop_time.GetCurrentTime()
        return found

    def ReleaseEngagement(self, request: Any, context: Any) -> Any:
        found = self.GetEngagement(request, context)
        found.ClearField("emergency_stop_time")
        return found

    def ListEngagementActivity(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        happened = activity_pb2.ActivityEvent(summary="Engagement Spring was stopped")
        return engagement_pb2.ListEngagementActivityResponse(events=[happened])


class Checklists(checklist_pb2_grpc.ChecklistsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def ListChecklistItems(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        item = checklist_pb2.ChecklistItem(name=f"{request.parent}/checklistItems/{uuid.uuid4()}", code="WSTG-INPV-05")
        return checklist_pb2.ListChecklistItemsResponse(checklist_items=[item])
