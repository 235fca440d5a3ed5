"""What single sign-on is worth in an organization that requires a second factor."""

import secrets
from typing import Any

import jwt
import pytest
from sqlalchemy import update
from xorb.core.v1 import organization_pb2
from xorb.security.v1 import connection_pb2, identity_pb2

from services.core.organizations.store import ORGANIZATIONS
from services.mesh import names
from services.mesh.testing import bearer, call_of
from tests.security.identity.sign_on.crooked import CrookedProvider
from tests.security.identity.sign_on.planes import DOMAIN, Planes, refused


async def _sign_on(
    here: Planes, crooked: CrookedProvider, connection: connection_pb2.Connection, **claims: Any
) -> identity_pb2.SessionTokens:
    begun = await here.begin(connection)
    brought = crooked.authorize(begun.authorization_url, **{"email": f"{secrets.token_hex(4)}@{DOMAIN}", **claims})
    return await here.complete(name=connection.name, proof=begun.proof, **brought)


async def _require(here: Planes, organization: str) -> None:
    (identifier,) = names.parse("organizations/{organization}", organization)
    async with here.database.unit(call_of(identifier)) as unit:
        await unit.execute(update(ORGANIZATIONS).values(second_factor_required=True))


async def _look(here: Planes, tokens: identity_pb2.SessionTokens) -> object:
    request = organization_pb2.GetOrganizationRequest(name=tokens.organization)
    return await here.organizations.GetOrganization(request, metadata=bearer(tokens.access_token))


def _methods(tokens: identity_pb2.SessionTokens) -> object:
    return jwt.decode(tokens.access_token, options={"verify_signature": False})["amr"]


@pytest.mark.parametrize(
    ("amr", "vouches", "strong"),
    [
        (None, False, False),
        (["pwd"], False, False),
        ("mfa", False, False),
        (["pwd", "mfa"], False, True),
        (None, True, True),
    ],
)
async def test_it_counts_where_somebody_says_so(
    here: Planes, crooked: CrookedProvider, amr: object, *, vouches: bool, strong: bool
) -> None:
    crooked.honest()
    owner = await here.owner()
    connection = await here.connect(owner, crooked.issuer, vouches_for_second_factor=vouches)
    assert connection.vouches_for_second_factor is vouches
    await _require(here, owner.organization)
    tokens = await _sign_on(here, crooked, connection, amr=amr)
    assert _methods(tokens) == (["sso", "mfa"] if strong else ["sso"])
    if strong:
        await _look(here, tokens)
        await _look(here, await here.refresh(tokens))
        return
    reason, message = await refused(_look(here, tokens))
    assert reason == "SECOND_FACTOR_REQUIRED"
    assert "identity provider" in message


async def test_what_is_not_signed_does_not_count(here: Planes, crooked: CrookedProvider) -> None:
    crooked.honest()
    owner = await here.owner()
    connection = await here.connect(owner, crooked.issuer)
    address = f"{secrets.token_hex(4)}@{DOMAIN}"
    crooked.pages["/userinfo"] = {"sub": "eve", "email": address, "email_verified": True, "amr": ["mfa"]}
    tokens = await _sign_on(here, crooked, connection, sub="eve", email=None, email_verified=None)
    assert (tokens.account.email, _methods(tokens)) == (address, ["sso"])
