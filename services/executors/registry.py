"""The executors there are: each module or package of `services.executors.engines` holds one."""

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType

from services.executors import engines
from services.executors.domain import Kind, Stage, Task, Unavailable
from services.executors.engine import Executor, Reporter, Run


@cache
def executors() -> MappingProxyType[str, Executor]:
    """Return every executor by name, in alphabetical order; a file among the engines is one, or an error."""
    names = sorted(module.name for module in pkgutil.iter_modules(engines.__path__))
    return MappingProxyType({name: _load(name) for name in names})


def find(name: str) -> Executor:
    """Return the executor called `name`; raises `Unavailable` when there is none."""
    executor = executors().get(name)
    if executor is None:
        raise Unavailable(f"there is no executor {name!r}; there are {', '.join(executors())}")
    return executor


def applicable(kind: Kind, stage: Stage) -> tuple[Executor, ...]:
    """Return the executors that this machine can run on a target of `kind` in `stage`."""
    return tuple(
        executor
        for executor in executors().values()
        if kind in executor.kinds and executor.stage is stage and executor.available()
    )


def deferred(module: str) -> Run:
    """Return a `run` that imports `module` only when called, so that listing loads no heavy library."""

    async def run(task: Task, reporter: Reporter) -> None:
        loaded: Run = importlib.import_module(module).run
        await loaded(task, reporter)

    return run


def _load(name: str) -> Executor:
    executor = importlib.import_module(f"{engines.__name__}.{name}").EXECUTOR
    if not isinstance(executor, Executor) or executor.name != name:
        raise TypeError(f"engine {name} must hold EXECUTOR, an Executor of the same name")
    return executor
