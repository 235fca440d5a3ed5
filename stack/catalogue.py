"""Which components make up the stack."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from stack.component import Component
from stack.components.demo_target import demo_target
from stack.components.envoy import envoy
from stack.components.mesh import certificates, mesh
from stack.components.openbao import openbao
from stack.components.postgres import postgres
from stack.components.processes import NEEDS, migrate, process
from stack.components.temporal import temporal
from stack.components.valkey import valkey
from stack.errors import StackError
from stack.mesh import topology
from stack.settings import StackSettings

BUILDERS: Mapping[str, Callable[[StackSettings], Component]] = {
    "postgres": postgres,
    "valkey": valkey,
    "openbao": openbao,
    "temporal": temporal,
    "certificates": certificates,
    "migrate": migrate,
    **{role: partial(process, role=role) for role in NEEDS},
    "mesh": mesh,
    "envoy": envoy,
    "demo-target": demo_target,
}
"""Every component by name; order is by what each needs."""


def components(settings: StackSettings, names: Iterable[str] | None = None) -> list[Component]:
    """The components called ``names`` (all, if None), without those that a setting points elsewhere or switches off.

    Raises:
        StackError: there is no component of such a name.
    """
    wanted = list(BUILDERS) if names is None else list(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in BUILDERS]:
        raise StackError(f"No component is called {', '.join(unknown)}; there are {', '.join(BUILDERS)}.")
    left_out = set() if topology.enabled(settings) else {"certificates", "mesh"}
    return [BUILDERS[name](settings) for name in wanted if settings.external(name) is None and name not in left_out]
