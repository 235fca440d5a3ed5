"""One page out of many."""

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from stack import http
from stack.component import MetricsSource
from stack.metrics import merge, own_page, serve
from stack.ports import free_ports
from stack.status import ComponentStatus, State

PAGE = """\
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{method="a } {"} 3.0
calls_total 2
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{le="+Inf"} 4
seconds_sum 1.5
seconds_count 4
loose{} 1
"""


def test_pages_merge_into_one_that_parses_and_tells_processes_apart() -> None:
    parsed = list(text_string_to_metric_families(merge({"core": PAGE, "relay": PAGE})))
    families = {family.name: family for family in parsed}
    assert families["seconds"].type == "histogram"
    assert families["calls"].type == "counter"
    assert [(s.labels, s.value) for s in families["calls"].samples] == [
        ({"process": process, **labels}, value)
        for process in ("core", "relay")
        for labels, value in (({"method": "a } {"}, 3.0), ({}, 2.0))
    ]
    loose = [sample.labels for family in parsed if family.name == "loose" for sample in family.samples]
    assert loose == [{"process": "core"}, {"process": "relay"}]


def test_each_comment_stands_once() -> None:
    merged = merge({"core": PAGE, "relay": PAGE})
    assert merged.count("# TYPE calls_total counter") == 1
    assert merged.count("# HELP calls_total") == 1


def test_the_supervisors_own_page() -> None:
    page = own_page([ComponentStatus("core", State.UP, restarts=2), ComponentStatus("relay", State.RESTARTING)])
    assert 'xorb_component_up{component="core"} 1' in page
    assert 'xorb_component_up{component="relay"} 0' in page
    assert 'xorb_component_restarts_total{component="core"} 2' in page


async def test_the_page_is_served_and_does_without_those_that_do_not_answer(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + PAGE.encode())
        writer.close()

    (port,) = free_ports(1)
    sources = {
        "core": MetricsSource(http.Address(socket=tmp_path / "core.sock")),
        "gone": MetricsSource(http.Address(socket=tmp_path / "gone.sock")),
    }
    server = await asyncio.start_unix_server(answer, tmp_path / "core.sock")
    async with server, serve(port, sources, lambda: [ComponentStatus("core", State.UP)]):
        page = (await http.request(http.Address(port=port), "GET", "/metrics")).body.decode()
        missing = await http.request(http.Address(port=port), "GET", "/other")
    assert 'calls_total{process="core"} 2' in page
    assert 'xorb_component_up{process="stack",component="core"} 1' in page
    assert "gone" not in page
    assert missing.status == 404
