"""The web assessment: headers, cookies, methods, exposed files, redirects and cross-origin rules of a site."""

from services.executors.domain import Kind, Stage
from services.executors.engine import Executor
from services.executors.engines.http.looks import RULES
from services.executors.registry import deferred

EXECUTOR = Executor(
    name="http",
    title="Web site configuration",
    stage=Stage.ASSESSMENT,
    kinds=frozenset({Kind.HOST, Kind.CIDR, Kind.URL}),
    run=deferred("services.executors.engines.http.scan"),
    checks=tuple(rule.check for rule in RULES),
)
