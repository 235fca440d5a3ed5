"""Following a scan to its end: what is known when one starts to look, then every change, each once."""

from dataclasses import dataclass, field
from typing import Protocol

from xorb.core.v1 import finding_pb2, finding_pb2_grpc, scan_pb2, scan_pb2_grpc

from cli.session import Session
from cli.watching import Record, Watch

ENDED = frozenset({scan_pb2.Scan.SUCCEEDED, scan_pb2.Scan.FAILED, scan_pb2.Scan.CANCELLED})


class View(Protocol):
    """Who shows a scan."""

    def scan(self, scan: scan_pb2.Scan) -> None:
        """Shows the scan's state and progress."""
        ...

    def finding(self, finding: finding_pb2.Finding) -> None:
        """Shows a finding, seen by this scan for the first time."""
        ...

    def log(self, entry: scan_pb2.ScanLogEntry) -> None:
        """Shows a line of the scan's log."""
        ...

    def remark(self, text: str) -> None:
        """Shows something about the connection."""
        ...


@dataclass
class Follower:
    """Follows one scan.

    Attributes:
        session: Who follows.
        name: The scan's resource name.
        view: Who shows it.
        findings: What the scan has seen so far, by resource name.
    """

    session: Session
    name: str
    view: View
    findings: dict[str, finding_pb2.Finding] = field(default_factory=dict)
    _scan: scan_pb2.Scan | None = None
    _logged: set[bytes] = field(default_factory=set)

    def follow(self) -> scan_pb2.Scan:
        """Returns the scan when it has ended.

        Raises:
            CliError: The session has ended.
            grpc.RpcError: The scan can't be watched, or the server was away for a minute.
        """
        stub = self.session.stub(scan_pb2_grpc.ScansServiceStub)
        watch = Watch(self.session, stub.WatchScan, scan_pb2.WatchScanRequest(parent=self.name), self.view.remark)
        for record in watch.records():
            self._take(record)
            if self._scan is not None and self._scan.state in ENDED:
                self._read()
                break
        return self._scan or scan_pb2.Scan()

    def _take(self, record: Record) -> None:
        if self._scan is None or record.kind == "reset":
            # After the first record: what happens from then on is told, so that nothing falls between.
            self._read()
        subject = record.event.WhichOneof("subject") if record.event is not None else None
        if subject == "scan":
            self._show_scan(record.event.scan)
        elif subject == "finding":
            self._show_finding(record.event.finding)
        elif subject == "log_entry":
            self._show_entry(record.event.log_entry)

    def _read(self) -> None:
        scans = self.session.stub(scan_pb2_grpc.ScansServiceStub)
        scan = self.session.call(scans.GetScan, scan_pb2.GetScanRequest(name=self.name))
        for entry in self.session.pages(
            scans.ListScanLogEntries, scan_pb2.ListScanLogEntriesRequest(parent=self.name), "log_entries"
        ):
            self._show_entry(entry)
        for finding in self._list_findings():
            self._show_finding(finding)
        self._show_scan(scan)

    def _list_findings(self) -> list[finding_pb2.Finding]:
        stub = self.session.stub(finding_pb2_grpc.FindingsServiceStub)
        organization = "/".join(self.name.split("/")[:2])
        request = finding_pb2.ListFindingsRequest(parent=organization, filter=f'scan = "{self.name}"')
        return list(self.session.pages(stub.ListFindings, request, "findings"))

    def _show_scan(self, scan: scan_pb2.Scan) -> None:
        # What was read may be newer than the events that follow.
        if self._scan is not None and _changed(scan) < _changed(self._scan):
            return
        self._scan = scan
        self.view.scan(scan)

    def _show_finding(self, finding: finding_pb2.Finding) -> None:
        known = finding.name in self.findings
        self.findings[finding.name] = finding
        if not known:
            self.view.finding(finding)

    def _show_entry(self, entry: scan_pb2.ScanLogEntry) -> None:
        key = entry.SerializeToString(deterministic=True)
        if key not in self._logged:
            self._logged.add(key)
            self.view.log(entry)


def _changed(scan: scan_pb2.Scan) -> tuple[int, int]:
    return scan.update_time.seconds, scan.update_time.nanos
