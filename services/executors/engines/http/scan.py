"""The web assessment: every declared rule on every site of a target."""

from collections.abc import Sequence

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
    starts = [start for start in _starts(task) if not task.places or _only(task, start)]
    rules = [rule for rule in RULES if not task.checks or rule.check.id in task.checks]
    total = len(starts) * len(rules)
    for number, start in enumerate(starts):
        guard.check(start.host, start.port)
        client = Client(guard, pace, lambda line: reporter.raw(line, "application/jsonl"))
        done = number * len(rules)
        reporter.progress(done, total, f"looking at {start.origin}")
        try:
            site = await survey(client, start, _only(task, start))
            await _assess(site, rules, reporter, done, total)
            reporter.answered()
        except (Unanswered, Unresponsive):
            reporter.progress(done + len(rules), total, f"{start.origin} does not answer as a web site")


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


def _only(task: Task, start: Url) -> tuple[str, ...]:
    """Returns the paths of a site that are looked at; none for all, or where it isn't looked at."""
    places = [parse_url(place) for place in task.places]
    return tuple(place.path for place in places if (place.host, place.port) == (start.host, start.port))


async def _assess(site: Site, rules: Sequence[Rule], reporter: Reporter, done: int, total: int) -> None:
    for step, rule in enumerate(rules, start=1):
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
