"""An identity provider, as far as a sign-on needs it: its metadata, its keys, and what it gives for a code."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.mesh.errors import Failure, Reason
from services.mesh.outbound import GuardedTransport, Reach
from services.security.identity.sign_on.domain import Attempt, Connection, require_url

_LOG = structlog.get_logger(__name__)
_SECONDS = 8.0
_MOST_BYTES = 256 * 1024
_SCOPE = "openid email profile"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3), as far as it is used here.

    Attributes:
        says_issuer: Whether it always names itself in what it sends browsers back with (RFC 9207).
        basic: Whether it takes client secrets as HTTP Basic credentials, which it does unless it says otherwise.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    says_issuer: bool
    basic: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gives for a code (OpenID Connect Core 1.0, section 3.1.3.3)."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class Provider:
    """Speaks with identity providers: within eight seconds, 256 KiB, without redirects, at addresses that may be.

    Args:
        reach: Where providers may be.
    """

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    async def metadata(self, connection: Connection) -> Metadata:
        """Returns what the provider of a connection says of itself.

        Raises:
            Failure: PROVIDER_UNAVAILABLE.
        """
        url = connection.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = await self._asked(connection, "GET", url)
        try:
            return self._checked(connection, found)
        except (ValueError, KeyError, TypeError) as error:
            raise _unavailable(connection, f"its metadata is not usable: {error}") from error

    async def tokens(
        self, connection: Connection, metadata: Metadata, attempt: Attempt, code: str, redirect_uri: str, secret: str
    ) -> Tokens:
        """Returns what the provider gives for a code.

        Raises:
            Failure: SIGN_ON_FAILED where it doesn't take the code, PROVIDER_UNAVAILABLE.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        auth = None
        if secret and metadata.basic:
            # RFC 6749, section 2.3.1: both are form-encoded first.
            auth = httpx.BasicAuth(quote_plus(connection.client_id), quote_plus(secret))
        else:
            form |= {"client_id": connection.client_id, **({"client_secret": secret} if secret else {})}
        found = await self._asked(connection, "POST", metadata.token_endpoint, data=form, auth=auth)
        try:
            return Tokens(_text(found, "id_token"), str(found.get("access_token", "")))
        except (KeyError, TypeError) as error:
            raise _unavailable(connection, "it gave no ID token") from error

    async def keys(self, connection: Connection, metadata: Metadata) -> Mapping[str, Any]:
        """Returns the provider's JSON Web Key Set (RFC 7517).

        Raises:
            Failure: PROVIDER_UNAVAILABLE.
        """
        return await self._asked(connection, "GET", metadata.jwks_uri)

    async def userinfo(self, connection: Connection, metadata: Metadata, tokens: Tokens) -> Mapping[str, Any]:
        """Returns what the provider says of who signed in (OpenID Connect Core 1.0, section 5.3); empty for nothing.

        Raises:
            Failure: PROVIDER_UNAVAILABLE.
        """
        if not metadata.userinfo_endpoint or not tokens.access_token:
            return {}
        headers = {"authorization": f"Bearer {tokens.access_token}"}
        return await self._asked(connection, "GET", metadata.userinfo_endpoint, headers=headers)

    def _checked(self, connection: Connection, found: Mapping[str, Any]) -> Metadata:
        if found["issuer"] != connection.issuer:
            raise ValueError("it calls itself by another issuer")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Metadata(
            connection.issuer,
            self._endpoint(found, "authorization_endpoint"),
            self._endpoint(found, "token_endpoint"),
            self._endpoint(found, "jwks_uri"),
            self._endpoint(found, "userinfo_endpoint") if "userinfo_endpoint" in found else "",
            found.get("authorization_response_iss_parameter_supported") is True,
            "client_secret_basic" in methods,
        )

    def _endpoint(self, found: Mapping[str, Any], name: str) -> str:
        return require_url(_text(found, name), loopback=self.reach.loopback)

    async def _asked(self, connection: Connection, method: str, url: str, **request: Any) -> Mapping[str, Any]:  # noqa: ANN401 - httpx's own
        try:
            async with (
                asyncio.timeout(_SECONDS),
                self._client() as client,
                client.stream(method, url, **request) as answer,
            ):
                body = await _read(answer)
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise _unavailable(connection, f"{type(error).__name__}: {error}") from error
        if method == "POST" and answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            _LOG.warning("the identity provider refused a code", connection=str(connection.id), said=_error(body))
            raise Failure(Reason.SIGN_ON_FAILED)
        if answer.status_code != HTTPStatus.OK:
            raise _unavailable(connection, f"it answered {url} with {answer.status_code}")
        try:
            found = json.loads(body)
        except ValueError as error:
            raise _unavailable(connection, f"{url} is not JSON") from error
        if not isinstance(found, dict):
            raise _unavailable(connection, f"{url} is no JSON object")
        return found

    def _client(self) -> httpx.AsyncClient:
        # No proxy and no credentials of the environment: they would be asked instead of the address that was checked.
        transport = GuardedTransport(httpx.AsyncHTTPTransport(trust_env=False), self.reach)
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        return httpx.AsyncClient(transport=transport, trust_env=False, timeout=_SECONDS, headers=headers)


def authorization_url(
    connection: Connection, metadata: Metadata, attempt: Attempt, state: str, redirect_uri: str
) -> str:
    """Returns where to send the browser (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636, section 4.3)."""
    url: str = prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id=connection.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=_SCOPE,
        state=state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return url


async def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
    return bytes(body)


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _error(body: bytes) -> str:
    """Returns the error code of a refusal (RFC 6749, section 5.2), and nothing else that it may hold."""
    try:
        return str(json.loads(body)["error"])[:100]
    except (ValueError, KeyError, TypeError):
        return ""


def _unavailable(connection: Connection, why: str) -> Failure:
    _LOG.warning("an identity provider can't be used", connection=str(connection.id), why=why[:500])
    return Failure(Reason.PROVIDER_UNAVAILABLE)
