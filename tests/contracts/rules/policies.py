"""Rules about who may call."""

import re
from collections.abc import Iterator

from tests.contracts.rules.walk import changes, label
from tools.contracts.model import Contracts

_PERMISSION = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_IDENTITY = re.compile(r"spiffe://xorb/[a-z]+(-[a-z]+)*")


def every_method_says_who_may_call(contracts: Contracts) -> Iterator[str]:
    """Exactly one kind of caller; the policy's oneof takes care of "at most one"."""
    for method in contracts.methods:
        if method.policy is None or method.policy.caller is None:
            yield f"{label(method)}: has no policy that says who may call"


def every_method_has_a_rate_class(contracts: Contracts) -> Iterator[str]:
    """INTERNAL for internal methods and for no others."""
    for method in contracts.methods:
        name = method.policy.rate_class if method.policy else "UNSPECIFIED"
        if name == "UNSPECIFIED" or (name == "INTERNAL") != method.internal:
            yield f"{label(method)}: rate class {name}"


def permissions_are_noun_and_verb(contracts: Contracts) -> Iterator[str]:
    """Such as `findings.update`."""
    for method in contracts.methods:
        policy = method.policy
        if policy is not None and policy.caller == "permission" and not _PERMISSION.fullmatch(policy.permission):
            yield f"{label(method)}: permission {policy.permission!r}"


def internal_methods_name_their_callers(contracts: Contracts) -> Iterator[str]:
    """By SPIFFE identity."""
    for method in contracts.methods:
        identities = method.policy.spiffe_ids if method.policy else ()
        if method.internal and not (identities and all(map(_IDENTITY.fullmatch, identities))):
            yield f"{label(method)}: callers {identities}"


def internal_methods_have_services_of_their_own(contracts: Contracts) -> Iterator[str]:
    """So that Envoy can refuse a whole service."""
    kinds: dict[str, set[bool]] = {}
    for method in contracts.methods:
        kinds.setdefault(method.service, set()).add(method.internal)
    yield from (f"{service}: mixes internal and other methods" for service, kind in kinds.items() if len(kind) > 1)


def every_change_is_audited(contracts: Contracts) -> Iterator[str]:
    """Whatever isn't a GET."""
    for method in contracts.methods:
        if changes(method) and not (method.policy and method.policy.audited):
            yield f"{label(method)}: changes something and isn't audited"


RULES = (
    every_method_says_who_may_call,
    every_method_has_a_rate_class,
    permissions_are_noun_and_verb,
    internal_methods_name_their_callers,
    internal_methods_have_services_of_their_own,
    every_change_is_audited,
)
