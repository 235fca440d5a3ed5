"""nmap's reports: real ones where they lie beside the project, one of our own, and those meant to do harm."""

from pathlib import Path

import pytest

from services.executors.domain import Service
from services.executors.engines.nmap import report
from services.executors.engines.nmap.report import BadReport, parse

OWN = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" version="7.94" xmloutputversion="1.05">
<host><status state="up"/><address addr="192.0.2.7" addrtype="ipv4"/>
<address addr="00:00:5E:00:53:01" addrtype="mac"/>
<ports>
<port protocol="tcp" portid="22"><state state="open"/><service name="ssh" product="OpenSSH" version="9.6"/></port>
<port protocol="tcp" portid="443"><state state="open"/><service name="http" product="nginx" tunnel="ssl"/></port>
<port protocol="tcp" portid="80"><state state="closed"/><service name="http"/></port>
<port protocol="tcp" portid="9999"><state state="open"/></port>
<port protocol="udp" portid="53"><state state="open"/><service name="domain"/></port>
</ports></host>
<host><address addr="2001:db8::7" addrtype="ipv6"/>
<ports><port protocol="tcp" portid="25"><state state="open"/><service name="smtp" extrainfo="a\xc2\x85b"/></port>
</ports>
</host>
<runstats><finished exit="success"/></runstats></nmaprun>
"""
OPEN_PORTS = {"issue12411.xml": 4, "nmap_0port.xml": 0, "nmap_multiple_port.xml": 13}
FOLDER = Path(__file__).parents[5] / "shared/data/scans/nmap"
SAMPLES = [
    (OWN, 4),
    *(((FOLDER / name).read_bytes(), ports) for name, ports in OPEN_PORTS.items() if (FOLDER / name).exists()),
]

BOMB = b"""<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<nmaprun><host><address addr="&d;" addrtype="ipv4"/></host></nmaprun>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<nmaprun><host><address addr="&x;" addrtype="ipv4"/></host></nmaprun>"""


def test_a_report_gives_the_open_tcp_ports() -> None:
    assert parse(OWN) == (
        Service("192.0.2.7", 22, name="ssh", product="OpenSSH 9.6"),
        Service("192.0.2.7", 443, name="https", product="nginx", tls=True),
        Service("192.0.2.7", 9999),
        Service("2001:db8::7", 25, name="smtp", banner="a.b"),
    )


@pytest.mark.parametrize(("xml", "ports"), SAMPLES)
def test_real_reports_are_read(xml: bytes, ports: int) -> None:
    assert len(parse(xml)) == ports


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE])
def test_entities_are_refused(xml: bytes) -> None:
    with pytest.raises(BadReport, match="entities"):
        parse(xml)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        OWN[:-30],
        b"<html/>",
        OWN.replace(b'portid="22"', b'portid="x"'),
        OWN.replace(b"192.0.2.7", b"somewhere"),
        b"<nmaprun>" + b"<a>" * 100_000,
    ],
)
def test_what_is_no_report_is_refused(xml: bytes) -> None:
    with pytest.raises(BadReport, match="not well-formed"):
        parse(xml)


def test_a_report_too_long_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_BYTES", 100)
    with pytest.raises(BadReport, match="at most 100"):
        parse(OWN)
