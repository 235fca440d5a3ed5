"""Dashboards on the wire; each count with the filter that lists what was counted."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

from xorb.common.v1.watch_pb2 import EventMetadata
from xorb.core.v1 import dashboard_pb2

from services.core.findings.dashboard import domain
from services.core.findings.dashboard.domain import Board, Counts, Lengths
from services.core.findings.domain import Severity, State
from services.core.findings.wire import SNAPSHOT, TARGET, snapshot
from services.mesh import names
from services.mesh.errors import not_found
from services.mesh.events.model import LoggedEvent
from services.mesh.filters.parse import Operator, Restriction, invalid, parse

DASHBOARD = "organizations/{organization}/dashboard"
ORGANIZATION = "organizations/{organization}"
CHANGED = "dashboard.changed"
_OPEN = f"({' OR '.join(f'state = {state.name}' for state in domain.OPEN)})"
_GRAVEST = tuple(reversed(Severity))
_SPECIAL = re.compile(r'[\\"*]')


def target_of(organization: UUID, text: str) -> UUID | None:
    """Returns the target that a dashboard's filter names; None for the whole organization.

    Raises:
        Failure: INVALID_FILTER; it is anything but one target. NOT_FOUND; it is another organization's.
    """
    expression = parse(text)
    if expression is None:
        return None
    if (
        not isinstance(expression, Restriction)
        or expression.operator is not Operator.EQUAL
        or expression.field != "target"
    ):
        raise invalid('a dashboard is of all findings, or of `target = "organizations/…/targets/…"`.')
    owner, target = names.parse(TARGET, expression.value.text)
    if owner != organization:
        raise not_found(expression.value.text)
    return target


def name(organization: UUID) -> str:
    """Returns a dashboard's resource name."""
    return f"{names.join('organizations', organization)}/dashboard"


def message(organization: UUID, target: UUID | None, board: Board) -> dashboard_pb2.Dashboard:
    """Returns counters as the contract has them."""
    of_target = names.join("organizations", organization, "targets", target) if target else ""
    counting = _Counting(f' AND target = "{of_target}"' if of_target else "")
    everything = board.open()
    return dashboard_pb2.Dashboard(
        name=name(organization),
        target=of_target,
        day=board.today.isoformat(),
        open=counting.count(sum(everything), _OPEN),
        severities=counting.severities(everything, _OPEN, _GRAVEST),
        states=[dashboard_pb2.StateCount(state=state.name, findings=counting.state(board, state)) for state in State],
        deadlines=dashboard_pb2.DeadlineCounts(
            none=counting.stage(board, 0, "NONE"),
            within=counting.stage(board, 1, "WITHIN"),
            near=counting.stage(board, 2, "NEAR"),
            breached=counting.stage(board, 3, "BREACHED"),
        ),
        risk_accepted=counting.state(board, State.RISK_ACCEPTED),
        waiting_for_retest=counting.state(board, State.READY_FOR_RETEST),
        assets=[counting.asset(asset, counts) for asset, counts in board.assets],
        tools=[
            dashboard_pb2.ToolCount(
                tool=tool, findings=counting.count(sum(counts), f"tool = {_quoted(tool)} AND {_OPEN}")
            )
            for tool, counts in board.tools
        ],
        remediation_times=[
            time for lengths in board.lengths for time in counting.remediation_times(board.today, lengths)
        ],
        trend=[
            dashboard_pb2.DashboardDay(
                day=day.day.isoformat(),
                opened=day.opened,
                closed=day.closed,
                open=sum(day.open),
                open_by_severity=day.open,
            )
            for day in board.trend
        ],
        exposure=board.exposure,
    )


class _Counting:
    """Makes counts, each with its filter.

    Args:
        suffix: What all filters end with.
    """

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix

    def count(self, number: int, expression: str) -> dashboard_pb2.FindingCount:
        """Returns a count."""
        return dashboard_pb2.FindingCount(count=number, filter=expression + self._suffix)

    def state(self, board: Board, state: State) -> dashboard_pb2.FindingCount:
        """Returns the count of a state."""
        return self.count(board.of(state), f"state = {state.name}")

    def stage(self, board: Board, stage: int, word: str) -> dashboard_pb2.FindingCount:
        """Returns the count of what is open at a stage of its deadline."""
        return self.count(sum(board.open(stage)), f"deadline = {word} AND {_OPEN}")

    def severities(
        self, counts: Counts, expression: str, wanted: Iterable[Severity]
    ) -> list[dashboard_pb2.SeverityCount]:
        """Returns the counts of some severities."""
        return [
            dashboard_pb2.SeverityCount(
                severity=one.name, findings=self.count(counts[one.value], f"severity = {one.name} AND {expression}")
            )
            for one in wanted
        ]

    def asset(self, asset: str, counts: Counts) -> dashboard_pb2.AssetCount:
        """Returns the counts of an asset."""
        expression = f"asset = {_quoted(asset)} AND {_OPEN}"
        some = [one for one in _GRAVEST if counts[one.value]]
        return dashboard_pb2.AssetCount(
            asset=asset,
            findings=self.count(sum(counts), expression),
            severities=self.severities(counts, expression, some),
            weight=domain.weight(counts),
        )

    def remediation_times(self, today: date, lengths: Lengths) -> Iterator[dashboard_pb2.RemediationTime]:
        """Yields how long findings took that were resolved in a window: all, then each severity that has any."""
        first = today - timedelta(days=lengths.days - 1)
        expression = f'state = RESOLVED AND resolve_time >= "{first}T00:00:00Z"'
        numbers = domain.added(lengths.classes.values())
        wanted = [None, *(one for one in _GRAVEST if numbers[one.value])]
        for severity in wanted:
            of_severity = f" AND severity = {severity.name}" if severity is not None else ""
            number = sum(numbers) if severity is None else numbers[severity.value]
            yield dashboard_pb2.RemediationTime(
                days=lengths.days,
                severity=severity.name if severity is not None else None,
                findings=self.count(number, expression + of_severity),
                mean=domain.mean(lengths, severity),
                median=domain.median(lengths, severity),
            )


def changed(event: LoggedEvent) -> dashboard_pb2.DashboardEvent:
    """Returns the event of a watch, still without the counters; whose change it was is not told."""
    metadata = EventMetadata(event_id=str(event.id), type=CHANGED, time=event.time)
    metadata.resource = name(event.organization)
    return dashboard_pb2.DashboardEvent(metadata=metadata)


def targets(event: LoggedEvent) -> dict[str, object]:
    """Returns what a watch's filter compares: the target that an event is of."""
    is_of_finding = event.event.snapshot_type == SNAPSHOT
    return {"target": snapshot(event).target if is_of_finding else event.event.resource}


def _quoted(text: str) -> str:
    return '"' + _SPECIAL.sub(r"\\\g<0>", text) + '"'
