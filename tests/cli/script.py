"""What a small scan tells while it runs."""

from google.protobuf.timestamp_pb2 import Timestamp
from xorb.core.v1 import finding_pb2, scan_pb2

from tests.cli.platform import ORGANIZATION

Task = scan_pb2.TaskProgress
TITLES = ("Directory listing is on", "Cookie without Secure\x1b[31m", "TLS 1.0 is offered")


def running(percent: int, *, state: scan_pb2.Scan.State = scan_pb2.Scan.RUNNING, found: int = 0) -> scan_pb2.ScanEvent:
    """The scan at some percent of its way; discovery is its first half."""
    discovery, assessment = min(100, percent * 2), max(0, percent * 2 - 100)
    stages = [("discovery", discovery), ("assessment", assessment), ("recording", 100 if percent == 100 else 0)]
    tasks = [("ports", "discovery", discovery), ("http", "assessment", assessment), ("tls", "assessment", assessment)]
    progress = scan_pb2.ScanProgress(
        percent=percent,
        findings=found,
        stages=[scan_pb2.StageProgress(stage=stage, percent=done) for stage, done in stages],
        tasks=[
            Task(executor=executor, stage=stage, percent=done, state=_state(done), target_display_name=host)
            for host in ("127.0.0.1", "shop.example.org")
            for executor, stage, done in tasks
        ],
    )
    return scan_pb2.ScanEvent(scan=scan_pb2.Scan(state=state, progress=progress, profile=scan_pb2.Scan.QUICK))


def log(message: str, level: str = "INFO", executor: str = "ports") -> scan_pb2.ScanEvent:
    """A line of the log."""
    time = Timestamp(seconds=1_700_000_000)
    return scan_pb2.ScanEvent(
        log_entry=scan_pb2.ScanLogEntry(time=time, level=level, executor=executor, message=message)
    )


def finding(number: int, severity: finding_pb2.Severity) -> scan_pb2.ScanEvent:
    """A finding."""
    return scan_pb2.ScanEvent(
        finding=finding_pb2.Finding(
            name=f"{ORGANIZATION}/findings/0190b0a0-0000-7000-8000-{number:012x}",
            title=TITLES[number],
            severity=severity,
            location=f"http://127.0.0.1:808{number}/",
            state=finding_pb2.Finding.OPEN,
        )
    )


def small(end: scan_pb2.Scan.State = scan_pb2.Scan.SUCCEEDED) -> list[scan_pb2.ScanEvent]:
    """A scan with two findings and a warning."""
    return [
        running(0, state=scan_pb2.Scan.QUEUED),
        running(5),
        log("Looking at 100 ports"),
        running(30),
        finding(0, finding_pb2.MEDIUM),
        running(60, found=1),
        log("The server answers slowly", "WARNING", "http"),
        finding(1, finding_pb2.HIGH),
        running(90, found=2),
        running(100, state=end, found=2),
    ]


def _state(percent: int) -> Task.State:
    return Task.DONE if percent == 100 else Task.RUNNING if percent else Task.WAITING
