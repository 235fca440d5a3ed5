"""The port scan: TCP connections and service greetings, with nothing but the standard library."""

from services.executors.domain import Kind, Stage
from services.executors.engine import Executor
from services.executors.engines.ports.checks import CHECKS
from services.executors.registry import deferred

EXECUTOR = Executor(
    name="ports",
    title="TCP ports and service banners",
    stage=Stage.DISCOVERY,
    kinds=frozenset({Kind.HOST, Kind.CIDR}),
    run=deferred("services.executors.engines.ports.scan"),
    checks=tuple(CHECKS.values()),
)
