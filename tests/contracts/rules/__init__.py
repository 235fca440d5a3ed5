"""What holds for every RPC, message and field: each rule yields one line for each breach."""

from collections.abc import Callable, Iterator

from tests.contracts.rules import documents, fields, http, policies, resources, shapes
from tools.contracts.model import Contracts

Rule = Callable[[Contracts], Iterator[str]]

RULES: tuple[Rule, ...] = (
    *policies.RULES,
    *documents.RULES,
    *fields.RULES,
    *http.RULES,
    *resources.RULES,
    *shapes.RULES,
)
"""Every rule, each a function named as it reads in a sentence."""
