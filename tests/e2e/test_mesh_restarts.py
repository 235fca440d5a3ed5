"""Each service restarts while requests come without a pause: none fails."""

import pytest

from stack import control
from tests.e2e.load import REQUESTS, mixed, under
from tests.e2e.members import Member
from tests.e2e.watching import watching

SERVICES = ("core", "security", "intelligence", "bridge", "ratelimit", "orchestrator", "relay")


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
        # A socket that is opened just before the end is told so, and goes to the other instance when it comes again.
        if not await _opened(member, path):
            assert await _opened(member, path)

    async with under(open_one, 4) as load:
        await load.reach(20)
        await control.restart(member.platform.run, "bridge")
        await load.reach(load.answered + 20)
    assert load.failures == []


async def _opened(member: Member, path: str) -> bool:
    """Whether a watch caught up; it may only be told to come again because its bridge restarts."""
    try:
        async with watching(member, path, "websocket") as watch:
            return bool(watch.caught_up_token)
    except AssertionError as error:
        if "The bridge restarts." not in str(error):
            raise
        return False
