"""Credentials of the database that Vault issues for a short while (its database engine): issued, renewed, revoked."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import hvac
from hvac.exceptions import VaultError
from requests.exceptions import RequestException

from services.mesh.errors import Failure, Reason

_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Lease:
    """A database role made for this process alone.

    Attributes:
        identifier: Vault's name of the lease.
        seconds: How long the role lives from when the lease was issued.
        username: The role.
        password: Its password.
    """

    identifier: str = field(repr=False)
    seconds: float
    username: str
    password: str = field(repr=False)


class Credentials:
    """What a process's token may have issued. A lease dies with the token, so the token is renewed with it."""

    def __init__(self, client: hvac.Client, role: str) -> None:
        """Takes a client, and the role of Vault's database engine that says what is issued."""
        self._client = client
        self._role = role

    @classmethod
    def connect(cls, address: str, token: str, role: str) -> "Credentials":
        """Returns the credentials of a role in the Vault at `address`."""
        return cls(hvac.Client(url=address, token=token, timeout=_SECONDS), role)

    async def issue(self) -> Lease:
        """Returns new credentials.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer or refuses.
        """
        answer = await _asked(self._client.secrets.database.generate_credentials, name=self._role)
        issued = answer["data"]
        return Lease(answer["lease_id"], float(answer["lease_duration"]), issued["username"], issued["password"])

    async def renew(self, lease: Lease) -> float:
        """Asks for the lease's whole time once more, and returns the seconds that it lives from now.

        Raises:
            Failure: UNAVAILABLE; Vault doesn't answer, or the lease is over.
        """
        with contextlib.suppress(Failure):
            # Not every kind of token can be renewed; if this one is over, so is the lease.
            await _asked(self._client.auth.token.renew_self)
        answer = await _asked(
            self._client.sys.renew_lease, lease_id=lease.identifier, increment=max(1, round(lease.seconds))
        )
        return float(answer["lease_duration"])

    async def revoke(self, lease: Lease) -> None:
        """Ends a lease: its role is gone, and whoever still uses it is thrown out.

        Raises:
            Failure: UNAVAILABLE.
        """
        await _asked(self._client.sys.revoke_lease, lease_id=lease.identifier)


async def _asked(ask: Callable[..., Any], **arguments: object) -> Any:  # noqa: ANN401 - hvac's answers are untyped
    """Returns Vault's answer; hvac is synchronous, so it is asked in a thread."""
    try:
        return await asyncio.to_thread(ask, **arguments)
    except (VaultError, RequestException) as error:
        raise Failure(Reason.UNAVAILABLE) from error
