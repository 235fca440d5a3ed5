"""What a role is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.mesh.errors import invalid_field


@dataclass(frozen=True, slots=True)
class Role:
    """A set of permissions; `revision` counts its changes."""

    id: UUID
    display_name: str
    description: str
    permissions: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    revision: int = 1


def change(
    role: Role,
    now: datetime,
    *,
    display_name: str | None = None,
    description: str | None = None,
    permissions: tuple[str, ...] | None = None,
) -> Role:
    """Returns the role with other values; None leaves one as it is.

    Raises:
        Failure: INVALID_FIELD; the display name is empty.
    """
    if display_name is not None:
        role = replace(role, display_name=named(display_name))
    if description is not None:
        role = replace(role, description=description)
    if permissions is not None:
        role = replace(role, permissions=permissions)
    return replace(role, updated_at=now, revision=role.revision + 1)


def named(display_name: str) -> str:
    """Returns a display name without space around it.

    Raises:
        Failure: INVALID_FIELD; there is nothing in it.
    """
    if not display_name.strip():
        raise invalid_field("role.display_name", "a role needs a name")
    return display_name.strip()


def checked(permissions: Iterable[str], catalogue: frozenset[str]) -> tuple[str, ...]:
    """Returns permissions, each once, in order.

    Raises:
        Failure: INVALID_FIELD; one isn't in the catalogue.
    """
    for permission in permissions:
        if permission not in catalogue:
            raise invalid_field("role.permissions", f"there is no permission {permission!r}")
    return tuple(sorted(set(permissions)))
