"""Service accounts and API keys on the wire."""

from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.message import Message
from xorb.security.v1 import api_key_pb2, service_account_pb2

from services.mesh import names
from services.mesh.events.model import Event
from services.security.keys.domain import ApiKey, ServiceAccount

ACCOUNT = "organizations/{organization}/serviceAccounts/{service_account}"
KEY = ACCOUNT + "/apiKeys/{api_key}"


def account_name(organization: UUID, service_account: UUID) -> str:
    """Returns a service account's name."""
    return names.join("organizations", organization, "serviceAccounts", service_account)


def account_id(name: str) -> UUID:
    """Returns the service account that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(ACCOUNT, name)[1]


def key_ids(name: str) -> tuple[UUID, UUID]:
    """Returns the service account and the key that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    _, account, key = names.parse(KEY, name)
    return account, key


def service_account(organization: UUID, value: ServiceAccount) -> service_account_pb2.ServiceAccount:
    """Returns a service account as the contract has it."""
    return service_account_pb2.ServiceAccount(
        name=account_name(organization, value.id),
        display_name=value.display_name,
        description=value.description,
        creator=value.creator,
        create_time=value.created_at,
    )


def api_key(organization: UUID, value: ApiKey, now: datetime, key: str = "") -> api_key_pb2.ApiKey:
    """Returns an API key as the contract has it; with the key itself only where it was just made."""
    return api_key_pb2.ApiKey(
        name=names.join(account_name(organization, value.service_account), "apiKeys", value.id),
        display_name=value.display_name,
        permissions=value.permissions,
        expire_time=value.expires_at,
        state=value.state(now).value,
        key=key,
        creator=value.creator,
        create_time=value.created_at,
        last_use_time=value.used_at,
        revoke_time=value.revoked_at,
    )


def wanted_end(message: api_key_pb2.ApiKey) -> datetime | None:
    """Returns when a key's time is to be over; None where the request doesn't say."""
    return message.expire_time.ToDatetime(UTC) if message.HasField("expire_time") else None


def event(kind: str, message: Message, summary: str) -> Event:
    """Returns the event of a change, with the resource after it."""
    return Event(kind, message.name, summary, message.SerializeToString(), message.DESCRIPTOR.full_name)  # type: ignore[attr-defined]  # every resource has a name
