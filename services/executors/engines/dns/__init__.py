"""The DNS assessment: mail policies, DNSSEC, zone transfer and dangling aliases of a verified name."""

from services.executors.domain import Kind, Stage
from services.executors.engine import Executor
from services.executors.engines.dns.checks import CHECKS
from services.executors.registry import deferred

EXECUTOR = Executor(
    name="dns",
    title="Domain name configuration",
    stage=Stage.DISCOVERY,
    kinds=frozenset({Kind.HOST, Kind.URL}),
    run=deferred("services.executors.engines.dns.scan"),
    checks=tuple(CHECKS.values()),
)
