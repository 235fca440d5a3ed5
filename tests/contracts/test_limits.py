"""A limit of one organization on the running platform: the operator's command sets it, the organization sees it."""

import pytest

from stack import limits
from stack.errors import StackError
from stack.settings import load
from tests.e2e.members import join
from tests.e2e.platform import Platform


async def test_the_operator_sets_a_limit_and_takes_it_away(platform: Platform) -> None:
    owner, settings = await join(platform), load(platform.environment)
    path = f"{owner.organization}/rateLimits"
    assert (await owner.get(path))["rateLimits"] == []
    await limits.put(settings, owner.organization, "read", "user", "2/second:3")
    [limit] = (await owner.get(path))["rateLimits"]
    expected = {"rateClass": "RATE_CLASS_READ", "subject": "RATE_LIMIT_SUBJECT_USER", "burstCount": 3}
    assert limit == {**expected, "interval": "0.500s"}
    assert "again" in await limits.put(settings, owner.organization, "READ", "user", "default")
    assert (await owner.get(path))["rateLimits"] == []
    events = (await owner.get(f"{owner.organization}/activity"))["events"]
    assert [event["metadata"]["type"] for event in events[:2]] == ["rate_limit.removed", "rate_limit.changed"]


@pytest.mark.parametrize("wrong", [("READ", "user", "many"), ("NONE", "user", "off"), ("INTERNAL", "user", "off")])
async def test_what_is_no_limit_is_refused(platform: Platform, wrong: tuple[str, str, str]) -> None:
    owner = await join(platform)
    with pytest.raises(StackError):
        await limits.put(load(platform.environment), owner.organization, *wrong)
