"""Built-in roles as sets of the permissions that the contracts name."""

from collections.abc import Iterable
from functools import cache

from services.mesh.policies import permissions


@cache
def granted(role: str) -> frozenset[str]:
    """Returns the permissions of a role; none for a role that doesn't exist."""
    if role == "owner":
        return permissions()
    if role == "viewer":
        return frozenset(permission for permission in permissions() if permission.endswith(".read"))
    return frozenset()


def granted_by(roles: Iterable[str]) -> frozenset[str]:
    """Returns what several roles grant together."""
    return frozenset().union(*(granted(role) for role in roles))
