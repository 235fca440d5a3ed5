"""What the edge remembers of refusals and of tokens: no more than it has room for, and no longer than it is true."""

import shutil
import time
from pathlib import Path

from stack import templates
from stack.edge_limits import REFUSALS, told
from stack.polling import until
from stack.settings import project_root
from tests.stack.edge_under_test import Edge, running

GUARDED = "/v1/guarded/things/a"
KEYS = 100_000
# In place of what is done with one method's requests: as many refusals, all within a second.
_MANY = f"""
function envoy_on_request(handle)
  if not handle:headers():get(":path"):find("/GetThing$") then return end
  for number = 1, {KEYS} do
    local at = 1000000 + number / {KEYS}
    remember("READ:user:accounts/" .. number, {{at = at, certain = at + 900, asked = at + 1000, again = at, full = at}})
  end
  local buckets = 0
  for _, generation in ipairs({{recent, older}}) do
    for _ in pairs(generation) do buckets = buckets + 1 end
  end
  collectgarbage()
  handle:respond({{
    [":status"] = "200",
    ["x-buckets"] = tostring(buckets),
    ["x-kibibytes"] = tostring(math.ceil(collectgarbage("count"))),
    ["x-last"] = tostring(known("READ:user:accounts/{KEYS}", 1000002) ~= nil),
    ["x-later"] = tostring(known("READ:user:accounts/{KEYS}", 1001002) ~= nil),
    ["x-earlier"] = tostring(known("READ:user:accounts/{KEYS}", 999000) ~= nil),
  }}, "")
end
"""


async def test_a_hundred_thousand_who_are_refused_cost_bounded_memory(tmp_path: Path) -> None:
    shutil.copytree(project_root() / "envoy", tmp_path / "envoy")
    with (tmp_path / "envoy" / "refusals.lua").open("a") as script:
        script.write(_MANY)
    async with running(tmp_path) as edge:
        answer = await edge.call("GET", "/v1/things/a")
    assert answer.status == 200
    assert int(answer.headers["x-buckets"]) <= 10_000
    assert int(answer.headers["x-kibibytes"]) < 8192
    # The last is known for its second, and neither after it nor by a clock that was set back.
    assert [answer.headers[name] for name in ("x-last", "x-later", "x-earlier")] == ["true", "false", "false"]


async def test_a_token_that_was_good_is_refused_when_it_has_expired() -> None:
    async with running() as edge:
        # The edge allows for clocks that are five seconds apart.
        token = edge.token(exp=int(time.time()) - 2)
        assert await _status(edge, token) == 200

        async def is_refused() -> bool:
            return await _status(edge, token) == 401

        await until(is_refused, 15)
        good, other = edge.token(), edge.token(sub="somebody else")
        assert [await _status(edge, good) for _ in range(5)] == [200] * 5
        # What is remembered is the whole token, not what it says.
        swapped = ".".join([*good.split(".")[:2], other.split(".")[2]])
        assert [await _status(edge, one) for one in (swapped, good[:-8], f"{good}A")] == [401] * 3


async def _status(edge: Edge, token: str) -> int:
    return (await edge.call("GET", GUARDED, authorization=f"Bearer {token}")).status


def test_every_route_that_is_limited_says_so_where_the_edge_remembers() -> None:
    generated = templates.load(project_root() / "gen" / "envoy" / "routes.yaml")
    claims = {"organization": "org", "user": "sub"}
    for route in (*generated["routes"], *generated["websocket_routes"]):
        [rendered] = told([route])
        limits = route.get("route", {}).get("rate_limits", [])
        if not limits:
            assert rendered == route
            continue
        own = dict(rendered["metadata"]["filter_metadata"][REFUSALS])
        assert {own.pop("class")} == {limit["actions"][0]["generic_key"]["descriptor_value"] for limit in limits}
        subjects = [limit["actions"][1] for limit in limits]
        by_address = {"address": True} if {"remote_address": {}} in subjects else {}
        by_claim = {
            key: claims[key] for one in subjects if "metadata" in one for key in (one["metadata"]["descriptor_key"],)
        }
        assert own == by_address | by_claim
        assert {**rendered, "metadata": None} == {**route, "metadata": None}
