"""Each service restarts while requests come without a pause: none fails."""

import os

import pytest

from stack import control
from tests.e2e.load import REQUESTS, mixed, under
from tests.e2e.members import Member
from tests.e2e.watching import watching

pytestmark = pytest.mark.skipif(os.environ.get("XORB_TEST_MESH") != "on", reason="the platform has no sidecars")
SERVICES = ("core", "security", "bridge", "ratelimit", "orchestrator", "relay")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_restart_costs_no_request(member: Member, service: str) -> None:
    platform = member.platform
    before = platform.process(service)
    async with under(mixed(member)) as load:
        await load.reach(REQUESTS // 10)
        await control.restart(platform.run, service)
        await load.reach(REQUESTS // len(SERVICES))
    after = platform.process(service)
    assert after.pid != before.pid
    assert after.restarts == before.restarts
    assert load.failures == []


async def test_sockets_open_while_the_bridge_restarts(member: Member) -> None:
    path = f"{member.organization}/activity:watch"

    async def open_one(_number: int) -> None:
        async with watching(member, path, "websocket") as watch:
            await watch.begun()
            assert watch.caught_up_token

    async with under(open_one, 4) as load:
        await load.reach(20)
        await control.restart(member.platform.run, "bridge")
        await load.reach(load.answered + 20)
    assert load.failures == []
