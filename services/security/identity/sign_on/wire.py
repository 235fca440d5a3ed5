"""Connections on the wire."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xorb.security.v1 import connection_pb2

from services.mesh import etags, names, texts
from services.mesh.events.model import Event
from services.mesh.tokens import SEVERAL_FACTORS
from services.security.identity.domain import normalize_email
from services.security.identity.sign_on.domain import Begun, Connection, Person

PATTERN = "organizations/{organization}/connections/{connection}"


def identifiers(name: str) -> tuple[UUID, UUID]:
    """Returns the organization and the connection that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    organization, connection = names.parse(PATTERN, name)
    return organization, connection


def name(organization: UUID, connection: UUID) -> str:
    """Returns a connection's resource name."""
    return names.join("organizations", organization, "connections", connection)


def redirect_uri(web_address: str, organization: UUID, connection: UUID) -> str:
    """Returns where the provider sends browsers back to: a page of each connection's own (RFC 9700, section 4.4.2)."""
    return f"{web_address.rstrip('/')}/sign-on/{name(organization, connection)}"


def etag(connection: Connection) -> str:
    """Returns a connection's etag."""
    return etags.etag(connection.id, connection.revision)


def message(organization: UUID, connection: Connection, web_address: str) -> connection_pb2.Connection:
    """Returns a connection as the contract has it, never with its secret."""
    return connection_pb2.Connection(
        name=name(organization, connection.id),
        display_name=connection.display_name,
        issuer=connection.issuer,
        client_id=connection.client_id,
        email_domains=connection.email_domains,
        default_role=connection.default_role,
        disabled=connection.disabled,
        redirect_uri=redirect_uri(web_address, organization, connection.id),
        create_time=connection.created_at,
        update_time=connection.updated_at,
        etag=etag(connection),
        vouches_for_second_factor=connection.vouches_for_second_factor,
    )


def begun(value: Begun, authorization_url: str) -> connection_pb2.BeginSignOnResponse:
    """Returns what the browser that begins a sign-on gets."""
    return connection_pb2.BeginSignOnResponse(
        authorization_url=authorization_url, proof=value.proof, expire_time=value.attempt.expires_at
    )


def changed(verb: str, connection: connection_pb2.Connection) -> Event:
    """Returns the event of a change, with the connection after it."""
    summary = f"Connection {connection.display_name or connection.issuer} was {verb}"
    snapshot, kind = connection.SerializeToString(), connection.DESCRIPTOR.full_name
    return Event(f"connection.{verb}", connection.name, summary, snapshot, kind)


def second_factor(claims: Mapping[str, Any]) -> bool:
    """Returns whether an ID token says that more than one factor was asked for (`amr`, RFC 8176)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and SEVERAL_FACTORS in methods


def person(claims: Mapping[str, Any]) -> Person:
    """Returns whom a provider's claims are about (OpenID Connect Core 1.0, section 5.1)."""
    email = claims.get("email")
    email = normalize_email(texts.one_line(email)) if isinstance(email, str) else ""
    called = claims.get("name")
    called = texts.one_line(called)[:200] if isinstance(called, str) else ""
    # Some providers write the truth value as a text.
    verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    return Person(str(claims["sub"]), email, verified, called or email)
