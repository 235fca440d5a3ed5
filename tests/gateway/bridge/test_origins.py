"""Pages of which origins may open a WebSocket."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from gateway.bridge.origins import Origins
from tests.gateway.bridge.site import Site, receive

ALLOWED = Origins.read({"XORB_ALLOWED_ORIGINS": r"https://app\.example\.com"})


async def test_a_page_of_another_origin_opens_no_socket(site: Site) -> None:
    for origin in ("https://attacker.example", "null", "http://localhost.attacker.example", ""):
        with pytest.raises(InvalidStatus) as refused:
            await site.connect(additional_headers={"Origin": origin})
        assert refused.value.response.status_code == 403
        assert json.loads(refused.value.response.body or b"")["code"] == 7
    assert site.service.opened == []
    await site.quiet()


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost:5173"}, {"Origin": "https://127.0.0.1"}])
async def test_programs_and_pages_of_known_origins_do(site: Site, headers: dict[str, str]) -> None:
    async with site.connect(additional_headers=headers) as socket:
        assert "checkpoint" in (await receive(socket))[0]
    await site.quiet()


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        (["https://app.example.com"], True),
        ([], True),
        (["https://app.example.com.attacker.example"], False),
        (["https://appXexample.com"], False),
        (["http://app.example.com"], False),
        (["http://localhost:5173"], False),
        (["https://app.example.com", "https://attacker.example"], False),
    ],
)
def test_the_whole_origin_has_to_match(given: list[str], admitted: bool) -> None:
    assert ALLOWED.admit(given) is admitted
