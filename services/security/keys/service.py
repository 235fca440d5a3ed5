"""The API keys service."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from xorb.security.v1 import api_key_pb2, api_key_pb2_grpc

from services.mesh import api_keys, calls, identifiers, policies
from services.mesh.access.model import Announcer, Change
from services.mesh.api_keys import Key
from services.mesh.calls import Caller
from services.mesh.database import Database, Unit
from services.mesh.errors import Failure, Reason, not_found
from services.mesh.interceptors.layer import Context
from services.mesh.pages import Pager, PageRequest
from services.mesh.tokens import ACCOUNT_AUDIENCE, Issuer
from services.security.keys import domain, store, wire
from services.security.keys.domain import ApiKey, State


@dataclass
class ApiKeysServicer(api_key_pb2_grpc.ApiKeysServiceServicer):
    """Serves `xorb.security.v1.ApiKeysService`.

    Args:
        database: Where keys are.
        pager: Cuts lists into pages.
        access: Told of keys that act no more.
        issuer: Signs access tokens.
        access_token_lifetime: How long an access token is valid.
    """

    database: Database
    pager: Pager
    access: Announcer
    issuer: Issuer
    access_token_lifetime: timedelta

    async def CreateApiKey(self, request: api_key_pb2.CreateApiKeyRequest, context: Context) -> api_key_pb2.ApiKey:
        """Creates a key; the key itself is in the response and nowhere else."""
        wanted, now, account = request.api_key, _now(), wire.account_id(request.parent)
        async with self.database.unit() as unit:
            if await store.account(unit, account, lock=True) is None:
                raise not_found(request.parent)
            held = unit.call.caller.permissions
            granted = domain.granted(wanted.permissions, held, policies.permissions())
            end = domain.end_of(wire.wanted_end(wanted), now)
            made = ApiKey(identifiers.new(), account, wanted.display_name, granted, unit.actor, now, end)
            text, kept = api_keys.new(unit.organization, made.id)
            await store.add_key(unit, made, kept.digest)
            _record(unit, "created", made, now)
            return wire.api_key(unit.organization, made, now, text)

    async def GetApiKey(self, request: api_key_pb2.GetApiKeyRequest, context: Context) -> api_key_pb2.ApiKey:
        """Returns what is known of one key."""
        async with self.database.unit() as unit:
            return wire.api_key(unit.organization, await _find(unit, request.name), _now())

    async def ListApiKeys(
        self, request: api_key_pb2.ListApiKeysRequest, context: Context
    ) -> api_key_pb2.ListApiKeysResponse:
        """Lists a service account's keys, a page at a time."""
        wanted = PageRequest(f"ListApiKeys:{request.parent}", request.page_size, request.page_token)
        account, now = wire.account_id(request.parent), _now()
        async with self.database.unit() as unit:
            if await store.account(unit, account) is None:
                raise not_found(request.parent)
            page = await self.pager.page(
                unit,
                store.keys_of(account),
                wanted,
                fields=store.KEY_FIELDS,
                default_order="create_time",
                key=store.API_KEYS.c.id,
            )
            found = [wire.api_key(unit.organization, store.api_key(row), now) for row in page.rows]
        return api_key_pb2.ListApiKeysResponse(api_keys=found, next_page_token=page.next_page_token)

    async def RevokeApiKey(self, request: api_key_pb2.RevokeApiKeyRequest, context: Context) -> api_key_pb2.ApiKey:
        """Ends a key, and all that goes on with it."""
        now = _now()
        async with self.database.unit() as unit:
            ended = domain.revoke(await _find(unit, request.name, lock=True), now)
            await store.revoked(unit, ended.id, now)
            unit.afterwards(partial(self.access.announce, Change(unit.organization, session=str(ended.id))))
            return unit.reply(_record(unit, "revoked", ended, now))

    async def ExchangeApiKey(
        self, request: api_key_pb2.ExchangeApiKeyRequest, context: Context
    ) -> api_key_pb2.ExchangeApiKeyResponse:
        """Gives an access token for a key; what the token may do is asked on every call, as with people's."""
        shown, now = api_keys.parse(request.key), _now()
        key = await self._used(shown, now) if shown else None
        if shown is None or key is None:
            raise Failure(Reason.UNAUTHENTICATED, "The API key isn't known, or has ended.")
        subject = wire.account_name(shown.organization, key.service_account)
        lifetime = min(self.access_token_lifetime, key.expires_at - now)
        claims = {"sub": subject, "org": str(shown.organization), "sid": str(key.id), "roles": []}
        token = await self.issuer.issue(ACCOUNT_AUDIENCE, lifetime, claims)
        return api_key_pb2.ExchangeApiKeyResponse(
            access_token=token, expire_time=now + lifetime, service_account=subject
        )

    async def _used(self, shown: Key, now: datetime) -> ApiKey | None:
        """Returns the active key that somebody shows, and writes its use down; it is looked for where it says."""
        call = calls.current()
        async with self.database.unit(replace(call, organization=shown.organization)) as unit:
            found = await store.presented(unit, shown)
            if found is None:
                return None
            # Whoever has the key is known, even where it has ended: its organization is told of both.
            subject = wire.account_name(shown.organization, found.service_account)
            call.caller = Caller(subject, shown.organization, session=str(found.id))
            call.organization = shown.organization
            if found.state(now) is not State.ACTIVE:
                return None
            if found.use_is_news(now):
                await store.used(unit, found.id, now)
            return found


async def _find(unit: Unit, name: str, *, lock: bool = False) -> ApiKey:
    found = await store.key(unit, *wire.key_ids(name), lock=lock)
    if found is None:
        raise not_found(name)
    return found


def _record(unit: Unit, verb: str, key: ApiKey, now: datetime) -> api_key_pb2.ApiKey:
    """Records what happened to a key, and returns its message."""
    message = wire.api_key(unit.organization, key, now)
    shown = key.display_name or str(key.id)
    unit.record(wire.event(f"api_key.{verb}", message, f"The API key {shown} was {verb}"))
    return message


def _now() -> datetime:
    return datetime.now(UTC)
