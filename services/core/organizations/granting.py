"""What roles grant in an organization, and who may give them to whom."""

from collections.abc import Iterable, Sequence

from services.core.organizations.roles import store
from services.mesh import names
from services.mesh.database import Unit
from services.mesh.errors import Failure, Reason, invalid_field
from services.mesh.roles import BUILT_IN, granted_by

TOPIC = "members"
"""Roles, members and invitations hang together: what changes one of them waits for what changes another."""

ROLE = "organizations/{organization}/roles/{role}"


async def permissions(unit: Unit, roles: Iterable[str]) -> frozenset[str]:
    """Returns what roles of the unit's organization grant together; a role that is gone grants nothing."""
    roles = list(roles)
    own = [names.parse(ROLE, role)[1] for role in roles if role not in BUILT_IN]
    return granted_by(roles).union(*(role.permissions for role in await store.of(unit, own)))


async def require_roles(unit: Unit, roles: Sequence[str], field: str) -> tuple[str, ...]:
    """Returns roles that a request names, each once, in order; all of them exist in the unit's organization.

    Raises:
        Failure: INVALID_FIELD; one doesn't.
    """
    own = {}
    for role in roles:
        if role not in BUILT_IN:
            own[role] = _identifier(unit, role, field)
    found = {role.id for role in await store.of(unit, own.values())}
    for role, identifier in own.items():
        if identifier not in found:
            raise _unknown(field, role)
    return tuple(sorted(set(roles)))


def require_held(unit: Unit, wanted: frozenset[str], what: str) -> None:
    """Checks that the caller has all permissions that something is about: nobody gives or takes what they don't have.

    Raises:
        Failure: PERMISSION_DENIED; `what` says what for, such as "This role".
    """
    missing = sorted(wanted - unit.call.caller.permissions)
    if missing:
        raise Failure(Reason.PERMISSION_DENIED, f"{what} grants {missing[0]}, which your roles don't grant you.")


def _identifier(unit: Unit, role: str, field: str) -> object:
    try:
        organization, identifier = names.parse(ROLE, role)
    except Failure as error:
        raise _unknown(field, role) from error
    if organization != unit.organization:
        raise _unknown(field, role)
    return identifier


def _unknown(field: str, role: str) -> Failure:
    known = ", ".join(BUILT_IN)
    return invalid_field(field, f"there is no role {role[:120]!r}; built in are {known}, others go by their names")
