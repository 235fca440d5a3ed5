"""Limits of single organizations, changed while everything runs: the next request that Redis decides on has them.

An override is of a rate class by organization, or by user for each of the organization's users. Whoever was refused
just before may be refused for up to a second more (see `refusals`). Addresses belong to no organization.
"""

from collections.abc import Mapping
from uuid import UUID

from redis.asyncio import Redis

from gateway.ratelimit.limits import ADDRESS, CLASSES, SUBJECTS, Limit, LimitError
from gateway.ratelimit.shared import override_field, overrides_key

Kind = tuple[str, str]


async def put(redis: Redis, organization: UUID, kind: Kind, limit: Limit) -> None:
    """Gives an organization a limit of its own.

    Args:
        redis: The client.
        organization: Whose limit it is.
        kind: Rate class and subject, such as `("READ", "user")`.
        limit: The limit in place of the setting's.

    Raises:
        LimitError: There are no overrides of this kind.
        RedisError: It wasn't taken.
    """
    await redis.hset(overrides_key(str(organization)), _field(kind), str(limit))


async def remove(redis: Redis, organization: UUID, kind: Kind) -> bool:
    """Takes an organization's own limit away; returns whether there was one.

    Raises:
        LimitError: There are no overrides of this kind.
        RedisError: It may still be there.
    """
    return bool(await redis.hdel(overrides_key(str(organization)), _field(kind)))


async def current(redis: Redis, organization: UUID) -> Mapping[Kind, Limit]:
    """Returns an organization's own limits, by rate class and subject.

    Raises:
        RedisError: Redis didn't answer.
    """
    stored = await redis.hgetall(overrides_key(str(organization)))
    return dict(_entry(_text(name), _text(value)) for name, value in stored.items())


def _entry(name: str, value: str) -> tuple[Kind, Limit]:
    rate_class, _, subject = name.partition(":")
    return (rate_class, subject), Limit.stored(value)


def _text(answer: bytes | str) -> str:
    return answer.decode() if isinstance(answer, bytes) else answer


def _field(kind: Kind) -> str:
    rate_class, subject = kind
    if rate_class not in CLASSES or subject not in SUBJECTS or subject == ADDRESS:
        raise LimitError(f"no override of class {rate_class!r} by {subject!r}")
    return override_field(kind)
