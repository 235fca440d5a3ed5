"""Every TCP port that the platform listens on: TLS 1.3, or on loopback and in this list with a reason."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from stack import status
from stack.edge_certificates import authority_path
from stack.settings import DEFAULT_PORTS, load
from tests.e2e.platform import Platform

TLS = "XORB_GATEWAY_TLS_PORT"
PLAIN = {
    ("envoy", "XORB_GATEWAY_PORT"): "the development port: the same as the TLS port, for people on this machine",
    ("envoy", "XORB_ENVOY_ADMIN_PORT"): "Envoy's figures, which have no secrets; what changes anything is refused",
    ("postgres", "XORB_POSTGRES_PORT"): "SCRAM on loopback, for the operator's own tools; the services use the socket",
    ("openbao", "XORB_VAULT_PORT"): "OpenBao's API, a token on every call; nothing beyond this machine can reach it",
    ("temporal", "XORB_TEMPORAL_PORT"): "Temporal's development server, which knows loopback only",
    ("temporal", ""): "Temporal's own parts among themselves, on ports of the kernel's choice",
    ("demo-target", "XORB_DEMO_HTTP_PORT"): "weak on purpose",
    ("demo-target", "XORB_DEMO_BANNER_PORT"): "weak on purpose",
    ("", "XORB_METRICS_PORT"): "figures, which have no secrets, for a Prometheus on this machine",
}
"""By component and setting. Where TLS belongs between machines, a cluster's mesh has it (docs/guides/edge.md)."""
WEAK = {("demo-target", "XORB_DEMO_HTTPS_PORT"): "weak on purpose: what scans find"}
CLOSED = {("openbao", "XORB_VAULT_CLUSTER_PORT"): "TLS among members of OpenBao's cluster, of which there is one"}


@dataclass(frozen=True)
class Listener:
    """Who listens where; the setting is empty for a port that nobody chose."""

    component: str
    setting: str
    address: str
    port: int


def listening(platform: Platform) -> Iterator[Listener]:
    """All of the platform's components, and the supervisor's own page."""
    settings = {int(platform.environment[name]): name for name in DEFAULT_PORTS}
    for one in status.read(platform.run):
        for process in _processes(one.pid):
            for port, address in _ports(process):
                yield Listener(one.name, settings.get(port, ""), address, port)
    # The supervisor is this process; it serves nothing but that page.
    for port, address in _ports(psutil.Process()):
        if port in settings:
            yield Listener("", settings[port], address, port)


def _processes(pid: int | None) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid) if pid else None
    except psutil.NoSuchProcess:
        return []
    return [first, *first.children(recursive=True)] if first else []


def _ports(process: psutil.Process) -> set[tuple[int, str]]:
    opened = process.net_connections("tcp")
    return {(one.laddr.port, one.laddr.ip) for one in opened if one.status == psutil.CONN_LISTEN and one.laddr}


async def run(*command: str, content: bytes = b"", environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(content), 60)
    return process.returncode or 0, output.decode(errors="replace")


async def handshake(port: int, *options: str) -> bool:
    """Whether OpenSSL comes to terms with what listens there."""
    command = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options)
    code, output = await run(*command, content=b"Q\n")
    return code == 0 and "Cipher is (NONE)" not in output


async def test_nothing_listens_beyond_loopback_or_without_a_reason(platform: Platform) -> None:
    found = list(listening(platform))
    # A supervisor inside of the tests serves no page.
    known = {*PLAIN, *WEAK, *CLOSED, ("envoy", TLS)} - {("", "XORB_METRICS_PORT")}
    assert {(one.component, one.setting) for one in found} == known
    assert {one.address for one in found} == {"127.0.0.1"}


_OLD = ("-cipher", "ALL:@SECLEVEL=0")
_VERSIONS = (("-tls1_3",), ("-tls1_2", *_OLD), ("-tls1_1", *_OLD), ("-tls1", *_OLD))


async def test_nothing_but_the_demo_speaks_less_than_tls_1_3(platform: Platform) -> None:
    found = list(set(listening(platform)))
    spoken = await asyncio.gather(*(_spoken(one.port) for one in found))
    for one, (current, *older) in zip(found, spoken, strict=True):
        place = (one.component, one.setting)
        assert current == (place in WEAK or place == ("envoy", TLS)), place
        assert any(older) == (place in WEAK), place


async def _spoken(port: int) -> list[bool]:
    return [await handshake(port, *options) for options in _VERSIONS]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_the_certificate_is_trusted_by_who_trusts_the_authority(platform: Platform, name: str) -> None:
    trusted = str(authority_path(load(platform.environment)))
    kind = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
    port = int(platform.environment[TLS])
    assert await handshake(port, "-CAfile", trusted, "-verify_return_error", kind, name)
    assert not await handshake(port, "-CAfile", trusted, "-verify_return_error", "-verify_hostname", "example.com")


async def test_the_command_line_comes_over_tls(platform: Platform, tmp_path: Path) -> None:
    environment = {
        **os.environ, "XDG_CONFIG_HOME": str(tmp_path), "XORB_CA_FILE": str(authority_path(load(platform.environment))),
        "XORB_SERVER": f"https://localhost:{platform.environment[TLS]}",
    }  # fmt: skip
    code, output = await run(str(Path(sys.executable).with_name("xorb")), "status", environment=environment)
    assert re.search(r"^health +ok\b", output, re.MULTILINE), output
    del environment["XORB_CA_FILE"]
    code, output = await run(str(Path(sys.executable).with_name("xorb")), "status", environment=environment)
    assert code != 0
    assert not re.search(r"^health +ok\b", output, re.MULTILINE), output


async def test_sslyze_finds_nothing(platform: Platform, tmp_path: Path) -> None:
    """Mozilla's "modern" profile: TLS 1.3 alone, its suites and curves, no known attack."""
    program, report = str(Path(sys.executable).with_name("sslyze")), tmp_path / "report.json"
    trusted = authority_path(load(platform.environment))
    options = ("--mozilla_config=modern", f"--certinfo_ca_file={trusted}", f"--json_out={report}")
    _, output = await run(program, *options, f"localhost:{platform.environment[TLS]}")
    # Public trust stores don't know the authority of this test.
    compliance = output.partition("COMPLIANCE AGAINST")[2]
    remarks = re.findall(r"^ *\* ([a-z_]+):", compliance, re.MULTILINE)
    assert set(remarks) <= {"certificate_path_validation"}, compliance
    assert "Checking results against" in compliance
    [server] = json.loads(report.read_text())["server_scan_results"]
    results = server["scan_result"]
    accepted = {
        name.removesuffix("_cipher_suites"): len(result["result"]["accepted_cipher_suites"])
        for name, result in results.items()
        if name.endswith("_cipher_suites") and result["result"]
    }
    assert {name for name, count in accepted.items() if count} == {"tls_1_3"}
    assert len(accepted) == 6
