"""A report through the edge: ordered, rendered by the orchestrator, read back piece by piece."""

import base64
import hashlib

from stack.polling import until
from tests.e2e.members import Member, join
from tests.e2e.platform import Platform

_SECONDS = 60


async def _downloaded(member: Member, file: dict[str, str]) -> bytes:
    content, offset = b"", 0
    while True:
        response = await member.respond("GET", f"{file['name']}?offset={offset}")
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        piece = response.json()
        content += base64.b64decode(piece["content"])
        offset = int(piece["nextOffset"])
        if not offset:
            return content


async def test_a_report_is_rendered_and_read_through_the_edge(platform: Platform) -> None:
    member = await join(platform)
    report = await member.post(f"{member.organization}/reports", {"displayName": "First", "formats": ["PDF", "HTML"]})

    async def is_ready() -> bool:
        state = (await member.get(report["name"]))["state"]
        assert state != "FAILED"
        return bool(state == "SUCCEEDED")

    await until(is_ready, _SECONDS)
    files = (await member.get(report["name"]))["files"]
    contents = [await _downloaded(member, file) for file in files]
    assert [file["sha256"] for file in files] == [hashlib.sha256(content).hexdigest() for content in contents]
    assert contents[0].startswith(b"%PDF-")
    assert contents[1].startswith(b"<!DOCTYPE html>")
