"""The web assessment: every declared rule on every site of a target."""

from services.executors.domain import Task
from services.executors.engine import Reporter
from services.executors.engines.http.client import Client, Unanswered, Unresponsive
from services.executors.engines.http.headers import header_evidence
from services.executors.engines.http.looks import RULES, HeaderLook, Rule
from services.executors.engines.http.probes import sightings
from services.executors.engines.http.site import Site, survey
from services.executors.pace import Pace
from services.executors.targets import Endpoint, endpoints, guard_for, host_of
from services.executors.urls import Url, parse_url

_NAMES = frozenset({"http", "https", "http-proxy", "http-alt"})


async def run(task: Task, reporter: Reporter) -> None:
    """Report what is wrong with the web sites of a target, each weakness once a site."""
    guard = guard_for(task)
    pace = Pace(task.limits.requests_per_second)
    starts = _starts(task)
    total = len(starts) * len(RULES)
    for number, start in enumerate(starts):
        guard.check(start.host, start.port)
        client = Client(guard, pace, lambda line: reporter.raw(line, "application/jsonl"))
        done = number * len(RULES)
        reporter.progress(done, total, f"looking at {start.origin}")
        try:
            site = await survey(client, start)
            await _assess(site, reporter, done, total)
        except (Unanswered, Unresponsive):
            reporter.progress(done + len(RULES), total, f"{start.origin} does not answer as a web site")


def _starts(task: Task) -> tuple[Url, ...]:
    if task.kind == "url":
        return (parse_url(task.target),)
    default: tuple[Endpoint, ...] = ()
    if task.kind == "host":
        host = host_of(task)
        default = (Endpoint(host, 80, tls=False), Endpoint(host, 443, tls=True))
    return tuple(
        Url("https" if place.tls else "http", place.host, place.port, "/") for place in endpoints(task, _NAMES, default)
    )


async def _assess(site: Site, reporter: Reporter, done: int, total: int) -> None:
    for step, rule in enumerate(RULES, start=1):
        await _apply(rule, site, reporter)
        reporter.progress(done + step, total, f"{site.root.origin}: {rule.check.id}")


async def _apply(rule: Rule, site: Site, reporter: Reporter) -> None:
    if isinstance(rule.look, HeaderLook):
        evidence = header_evidence(rule.look, site)
        if evidence:
            reporter.observe(rule.check.at(str(site.root), site.asset, evidence))
        return
    async for url, evidence in sightings(rule.look, site):
        reporter.observe(rule.check.at(str(url), site.asset, evidence))
