"""Engagements in the small platform."""

import uuid
from typing import Any

from google.protobuf import empty_pb2
from xorb.core.v1 import (
    activity_pb2,
    checklist_pb2,
    checklist_pb2_grpc,
    engagement_pb2,
    engagement_pb2_grpc,
    scan_schedule_pb2,
    scan_schedule_pb2_grpc,
)

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

    def UpdateEngagement(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = next(one for one in self.kept if one.name == request.engagement.name)
        del found.testers[:]
        found.testers.extend(request.engagement.testers)
        return found

    def RecordEffort(self, request: Any, context: Any) -> Any:
        found = self.GetEngagement(request, context)
        found.hours_used += request.hours
        found.budget_spent = found.hours_used >= found.hours_budget
        return found

    def ListEffortEntries(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        entry = engagement_pb2.EffortEntry(hours=2, note="Reading", author="accounts/1")
        return engagement_pb2.ListEffortEntriesResponse(effort_entries=[entry])

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

    def AddChecklist(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        progress = checklist_pb2.MethodologyProgress(methodology=request.methodology, not_started=97)
        return checklist_pb2.ChecklistProgress(methodologies=[progress])

    def ListChecklistProgress(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        progress = checklist_pb2.MethodologyProgress(methodology="OWASP_WSTG", done=3, percent=3)
        return checklist_pb2.ListChecklistProgressResponse(progress=[progress])

    def UpdateChecklistItem(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return request.checklist_item


class Schedules(scan_schedule_pb2_grpc.ScanSchedulesServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kept: list[scan_schedule_pb2.ScanSchedule] = []

    def CreateScanSchedule(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        made = request.scan_schedule
        made.name, made.etag = f"{request.parent}/scanSchedules/{uuid.uuid4()}", '"1"'
        self.kept.append(made)
        return made

    def ListScanSchedules(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.kept, scan_schedule_pb2.ListScanSchedulesResponse(), "scan_schedules")

    def GetScanSchedule(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return next(one for one in self.kept if one.name == request.name)

    def UpdateScanSchedule(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = next(one for one in self.kept if one.name == request.scan_schedule.name)
        for field in request.update_mask.paths:
            found.ClearField(field)
        found.MergeFrom(request.scan_schedule)
        return found

    def PauseScanSchedule(self, request: Any, context: Any) -> Any:
        found = self.GetScanSchedule(request, context)
        found.state = scan_schedule_pb2.ScanSchedule.PAUSED
        return found

    def ResumeScanSchedule(self, request: Any, context: Any) -> Any:
        found = self.GetScanSchedule(request, context)
        found.state = scan_schedule_pb2.ScanSchedule.ACTIVE
        return found

    def TriggerScanSchedule(self, request: Any, context: Any) -> Any:
        return self.GetScanSchedule(request, context)

    def DeleteScanSchedule(self, request: Any, context: Any) -> Any:
        self.kept.remove(self.GetScanSchedule(request, context))
        return empty_pb2.Empty()
