"""The TLS assessment: protocols, cipher suites, certificate and known attacks, measured by sslyze."""

from services.executors.domain import Kind, Stage
from services.executors.engine import Executor
from services.executors.engines.tls.checks import CHECKS
from services.executors.registry import deferred

EXECUTOR = Executor(
    name="tls",
    title="TLS configuration and certificate",
    stage=Stage.ASSESSMENT,
    kinds=frozenset({Kind.HOST, Kind.CIDR, Kind.URL}),
    run=deferred("services.executors.engines.tls.scan"),
    checks=tuple(CHECKS.values()),
    least_pace=10.0,
)
