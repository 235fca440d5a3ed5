"""The connections service."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from google.protobuf import empty_pb2
from xorb.security.v1 import connection_pb2, connection_pb2_grpc, identity_pb2

from services.mesh import etags, identifiers, masks, texts
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, invalid_field, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.mesh.roles import BUILT_IN, granted
from services.security.identity import wire as identity
from services.security.identity.sign_on import domain, store, wire
from services.security.identity.sign_on.domain import Connection
from services.security.identity.sign_on.signing_on import Answer, SignOn


@dataclass
class ConnectionsServicer(connection_pb2_grpc.ConnectionsServiceServicer):
    """Serves `xorb.security.v1.ConnectionsService`.

    Args:
        database: Where connections are.
        pager: Cuts lists into pages.
        sign_on: Signs people in with them.
    """

    database: Database
    pager: Pager
    sign_on: SignOn

    async def CreateConnection(
        self, request: connection_pb2.CreateConnectionRequest, context: Context
    ) -> connection_pb2.Connection:
        """Connects an identity provider."""
        now, identifier = _now(), identifiers.new()
        secret = await self.sign_on.sealing.seal(identifier, request.connection.client_secret)
        bare = Connection(identifier, "", "", "", secret, (), "", False, now, now)
        async with self.database.unit() as unit:
            mutable = frozenset(field.name for field in request.connection.DESCRIPTOR.fields)
            made = self._changed(unit, bare, request.connection, mutable)
            await store.add(unit, made)
            return unit.reply(self._record(unit, "created", made))

    async def GetConnection(
        self, request: connection_pb2.GetConnectionRequest, context: Context
    ) -> connection_pb2.Connection:
        """Returns one connection."""
        async with self.database.unit() as unit:
            return self._message(unit, await _find(unit, request.name))

    async def ListConnections(
        self, request: connection_pb2.ListConnectionsRequest, context: Context
    ) -> connection_pb2.ListConnectionsResponse:
        """Lists connections, a page at a time."""
        scope = f"ListConnections:{request.parent}"
        wanted = PageRequest(scope, request.page_size, request.page_token, request.filter, request.order_by)
        async with self.database.unit() as unit:
            page = await self.pager.page(
                unit, store.ALL, wanted, fields=store.FIELDS, default_order="create_time", key=store.CONNECTIONS.c.id
            )
            found = [self._message(unit, store.connection(row)) for row in page.rows]
        return connection_pb2.ListConnectionsResponse(connections=found, next_page_token=page.next_page_token)

    async def UpdateConnection(
        self, request: connection_pb2.UpdateConnectionRequest, context: Context
    ) -> connection_pb2.Connection:
        """Changes a connection."""
        given = request.connection
        secret = await self.sign_on.sealing.seal(wire.identifiers(given.name)[1], given.client_secret)
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, given.name, given.etag)
            fields = masks.fields(given, request.update_mask, self._message(unit, current))
            if "issuer" in fields and given.issuer != current.issuer:
                _require_own_secret(current, fields)
            sealed = secret if "client_secret" in fields else current.sealed_secret
            changed = self._changed(unit, replace(current, sealed_secret=sealed), given, fields)
            changed = replace(changed, updated_at=_now(), revision=current.revision + 1)
            await store.save(unit, changed)
            return unit.reply(self._record(unit, "updated", changed))

    async def DeleteConnection(
        self, request: connection_pb2.DeleteConnectionRequest, context: Context
    ) -> empty_pb2.Empty:
        """Deletes a connection."""
        async with self.database.unit() as unit:
            current = await _find_to_change(unit, request.name, request.etag)
            await store.remove(unit, current.id)
            self._record(unit, "deleted", current)
            return unit.reply(empty_pb2.Empty())

    async def BeginSignOn(
        self, request: connection_pb2.BeginSignOnRequest, context: Context
    ) -> connection_pb2.BeginSignOnResponse:
        """Begins to sign somebody in."""
        return wire.begun(*await self.sign_on.begin(*wire.identifiers(request.name)))

    async def CompleteSignOn(
        self, request: connection_pb2.CompleteSignOnRequest, context: Context
    ) -> identity_pb2.SessionTokens:
        """Signs somebody in."""
        answer = Answer(request.state, request.code, request.proof, request.iss)
        return identity.tokens(await self.sign_on.complete(*wire.identifiers(request.name), answer))

    def _changed(
        self, unit: Unit, current: Connection, given: connection_pb2.Connection, fields: frozenset[str]
    ) -> Connection:
        """Returns a connection with those fields as a request gives them."""
        changed: dict[str, object] = {}
        if "display_name" in fields:
            changed["display_name"] = texts.one_line(given.display_name)
        if "issuer" in fields:
            loopback = self.sign_on.provider.reach.loopback
            issuer = changed["issuer"] = domain.require_issuer(given.issuer, loopback=loopback)
            # What one provider is known to ask for says nothing of another.
            changed["vouches_for_second_factor"] = current.vouches_for_second_factor and issuer == current.issuer
        if "client_id" in fields:
            changed["client_id"] = _client_id(given.client_id)
        if "email_domains" in fields:
            changed["email_domains"] = domain.domains(given.email_domains)
        if "default_role" in fields:
            changed["default_role"] = _role(unit, given.default_role)
        if "disabled" in fields:
            changed["disabled"] = given.disabled
        if "vouches_for_second_factor" in fields:
            changed["vouches_for_second_factor"] = given.vouches_for_second_factor
        return replace(current, **changed)  # type: ignore[arg-type]  # each has its field's type

    def _message(self, unit: Unit, connection: Connection) -> connection_pb2.Connection:
        return wire.message(unit.organization, connection, self.sign_on.web_address)

    def _record(self, unit: Unit, verb: str, connection: Connection) -> connection_pb2.Connection:
        """Records what happened to a connection, and returns its message."""
        message = self._message(unit, connection)
        unit.record(wire.changed(verb, message))
        return message


async def _find(unit: Unit, name: str) -> Connection:
    found = await store.get(unit, wire.identifiers(name)[1])
    if found is None:
        raise not_found(name)
    return found


async def _find_to_change(unit: Unit, name: str, etag: str) -> Connection:
    await unit.serialize(name)
    found = await _find(unit, name)
    etags.require(etag, wire.etag(found))
    return found


def _client_id(given: str) -> str:
    client_id = texts.one_line(given)
    if not client_id:
        raise invalid_field("connection.client_id", "it is needed")
    return client_id


def _role(unit: Unit, role: str) -> str:
    """Returns the role of new members: one that grants nothing that the caller doesn't have."""
    if not role:
        return ""
    if role not in BUILT_IN or role == domain.OWNER:
        known = ", ".join(name for name in BUILT_IN if name != domain.OWNER)
        raise invalid_field("connection.default_role", f"it has to be one of {known}, or none")
    missing = sorted(granted(role) - unit.call.caller.permissions)
    if missing:
        raise Failure(Reason.PERMISSION_DENIED, f"This role grants {missing[0]}, which your roles don't grant you.")
    return role


def _require_own_secret(current: Connection, fields: frozenset[str]) -> None:
    """Checks that one provider's secret isn't sent to another."""
    if current.sealed_secret and "client_secret" not in fields:
        raise invalid_field("connection.client_secret", "another issuer needs its own; send it, too, or an empty one")


def _now() -> datetime:
    return datetime.now(UTC)
