"""What a provider, or somebody who pretends to be one, gets past with: nothing."""

import asyncio
import base64
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from services.security.identity.sign_on import id_token
from tests.security.identity.sign_on.crooked import CrookedProvider, unsigned
from tests.security.identity.sign_on.planes import DOMAIN, Planes, refused

ISSUER, CLIENT, NONCE = "https://id.example.com", "xorb", "n-0S6"
KEY = RSAKey.generate_key(2048, auto_kid=True)
OTHER = RSAKey.generate_key(2048, {"kid": str(KEY.kid)})
JWKS = {"keys": [KEY.as_dict(private=False, use="sig")]}
HEADER = {"alg": "RS256", "kid": KEY.kid}


def _claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    honest = {"iss": ISSUER, "aud": CLIENT, "sub": "ada", "nonce": NONCE, "iat": now, "exp": now + 300}
    return {name: value for name, value in (honest | changed).items() if value is not None}


def _signed(header: dict[str, Any] | None = None, key: Any = KEY, **changed: Any) -> str:
    return jwt.encode(HEADER | (header or {}), _claims(**changed), key)


def _verify(token: str, keys: dict[str, Any] = JWKS) -> Any:
    return id_token.verify(token, keys, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)


def _confused() -> str:
    """A token whose public key is taken for a shared one (RFC 8725, section 2.1)."""
    signed = unsigned(_claims(), HEADER | {"alg": "HS256"})[:-1]
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


BROKEN: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no token": lambda: "a.b",
    "too long": lambda: _signed(padding="x" * 20_000),
    "no signature": lambda: unsigned(_claims(), {"alg": "none"}),
    "no signature, in other letters": lambda: unsigned(_claims(), {"alg": "NoNe"}),
    "no algorithm": lambda: unsigned(_claims(), {"kid": KEY.kid}),
    "algorithm confusion": _confused,
    "signature cut off": lambda: _signed().rpartition(".")[0] + ".",
    "signature of something else": lambda: ".".join([*_signed(sub="eve").split(".")[:2], _signed().split(".")[2]]),
    "another's key": lambda: _signed(key=OTHER),
    "unknown key": lambda: _signed({"kid": "elsewhere"}),
    "key that it brings along": lambda: _signed({"jwk": OTHER.as_dict(private=False)}, OTHER),
    "key somewhere else": lambda: _signed({"jku": "https://evil.example.com/keys"}, OTHER),
    "critical extension": lambda: unsigned(_claims(), {**HEADER, "crit": ["x"], "x": 1}, "AAAA"),
    "another issuer": lambda: _signed(iss="https://evil.example.com"),
    "issuer with a slash": lambda: _signed(iss=f"{ISSUER}/"),
    "no issuer": lambda: _signed(iss=None),
    "another audience": lambda: _signed(aud="somebody"),
    "no audience": lambda: _signed(aud=None),
    "empty audience": lambda: _signed(aud=[]),
    "several audiences, no party": lambda: _signed(aud=[CLIENT, "somebody"]),
    "another party": lambda: _signed(azp="somebody"),
    "several audiences, another party": lambda: _signed(aud=[CLIENT, "somebody"], azp="somebody"),
    "expired": lambda: _signed(exp=int(time.time()) - 120),
    "never expires": lambda: _signed(exp=None),
    "expires some day": lambda: _signed(exp="tomorrow"),
    "issued in the future": lambda: _signed(iat=int(time.time()) + 600),
    "never issued": lambda: _signed(iat=None),
    "not yet valid": lambda: _signed(nbf=int(time.time()) + 600),
    "another nonce": lambda: _signed(nonce="another"),
    "no nonce": lambda: _signed(nonce=None),
    "nonce in a list": lambda: _signed(nonce=[NONCE]),
    "no subject": lambda: _signed(sub=None),
    "empty subject": lambda: _signed(sub=""),
    "subject with NUL": lambda: _signed(sub="ada\0"),
    "subject too long": lambda: _signed(sub="x" * 256),
    "subject that is a number": lambda: _signed(sub=1),
}


def test_an_honest_token_holds() -> None:
    assert _verify(_signed())["sub"] == "ada"
    assert _verify(_signed(azp=CLIENT, aud=[CLIENT, "somebody"]))["sub"] == "ada"
    assert _verify(_signed(aud=[CLIENT], exp=int(time.time()) - 30))["sub"] == "ada"


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_token_does_not(broken: str) -> None:
    with pytest.raises(id_token.InvalidIdTokenError):
        _verify(BROKEN[broken]())


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": "none"},
        {"keys": [{"kty": "RSA", "kid": KEY.kid}]},
        {"keys": [{**KEY.as_dict(private=False), "use": "enc"}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": KEY.kid}]},
    ],
    ids=str,
)
def test_keys_that_are_none_verify_nothing(keys: dict[str, Any]) -> None:
    with pytest.raises(id_token.InvalidIdTokenError):
        _verify(_signed(), keys)


def test_a_shared_key_among_the_keys_verifies_nothing() -> None:
    secret = OctKey.generate_key(256, {"kid": "shared"})
    token = _signed({"alg": "HS256", "kid": "shared"}, secret)
    with pytest.raises(id_token.InvalidIdTokenError):
        _verify(token, {"keys": [*JWKS["keys"], secret.as_dict()]})


class TestOnTheWay:
    """The same through the whole sign-on: what goes wrong in between."""

    async def test_honest(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, email=f"{secrets.token_hex(4)}@{DOMAIN}")
        await here.complete(name=connection.name, proof=begun.proof, **brought)
        [(form, headers)] = crooked.asked
        assert form["redirect_uri"] == connection.redirect_uri
        assert headers["Authorization"].startswith("Basic ")
        assert "client_secret" not in form

    async def test_a_provider_that_takes_secrets_in_the_form_only(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        crooked.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, email=f"{secrets.token_hex(4)}@{DOMAIN}")
        await here.complete(name=connection.name, proof=begun.proof, **brought)
        assert crooked.asked[0][0]["client_secret"] == "s3cret"

    async def test_the_address_may_be_told_apart(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, sub="ada", email_verified=None)
        crooked.pages["/userinfo"] = {"sub": "ada", "email": f"x@{DOMAIN}", "email_verified": True}
        tokens = await here.complete(name=connection.name, proof=begun.proof, **brought)
        assert tokens.account.email == f"x@{DOMAIN}"

    async def test_but_not_of_somebody_else(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, sub="eve", email_verified=None)
        crooked.pages["/userinfo"] = {"sub": "ada", "email": f"x@{DOMAIN}", "email_verified": True}
        call = here.complete(name=connection.name, proof=begun.proof, **brought)
        assert (await refused(call))[0] == "SIGN_ON_REFUSED"

    @pytest.mark.parametrize("claims", [{"nonce": "another"}, {"aud": "another"}, {"exp": 1}, {"iss": "https://evil"}])
    async def test_a_token_for_something_else(
        self, here: Planes, crooked: CrookedProvider, claims: dict[str, Any]
    ) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, email=f"x@{DOMAIN}", **claims)
        call = here.complete(name=connection.name, proof=begun.proof, **brought)
        assert (await refused(call))[0] == "SIGN_ON_FAILED"

    async def test_a_state_is_good_once(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        begun = await here.begin(connection)
        email = f"{secrets.token_hex(4)}@{DOMAIN}"
        brought = crooked.authorize(begun.authorization_url, sub="ada", email=email)
        again = brought | {"code": crooked.authorize(begun.authorization_url, sub="ada", email=email)["code"]}
        calls = [here.complete(name=connection.name, proof=begun.proof, **each) for each in (brought, again)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
        for each in (brought, again):
            call = here.complete(name=connection.name, proof=begun.proof, **each)
            assert (await refused(call))[0] == "SIGN_ON_FAILED"

    async def test_a_code_is_good_once(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        first, second = await here.begin(connection), await here.begin(connection)
        brought = crooked.authorize(first.authorization_url, email=f"x@{DOMAIN}")
        injected = crooked.authorize(second.authorization_url, email=f"x@{DOMAIN}") | {"code": brought["code"]}
        call = here.complete(name=connection.name, proof=second.proof, **injected)
        # PKCE: the code belongs to another attempt's verifier.
        assert (await refused(call))[0] == "SIGN_ON_FAILED"

    async def test_another_browser_completes_nothing(self, here: Planes, crooked: CrookedProvider) -> None:
        crooked.honest()
        connection = await here.connect(await here.owner(), crooked.issuer)
        eve, victim = await here.begin(connection), await here.begin(connection)
        brought = crooked.authorize(eve.authorization_url, email=f"eve@{DOMAIN}")
        call = here.complete(name=connection.name, proof=victim.proof, **brought)
        assert (await refused(call))[0] == "SIGN_ON_FAILED"

    async def test_a_state_belongs_to_its_connection_and_organization(
        self, here: Planes, crooked: CrookedProvider
    ) -> None:
        crooked.honest()
        owner, other = await here.owner(), await here.owner()
        mine, sibling = await here.connect(owner, crooked.issuer), await here.connect(owner, crooked.issuer)
        anothers = await here.connect(other, crooked.issuer)
        begun = await here.begin(mine)
        brought = crooked.authorize(begun.authorization_url, email=f"x@{DOMAIN}")
        crossed = mine.name.replace(owner.organization, other.organization)
        for name in (sibling.name, anothers.name, crossed):
            call = here.complete(name=name, proof=begun.proof, **brought)
            assert (await refused(call))[0] == "SIGN_ON_FAILED"
        assert not crooked.asked
        tokens = await here.complete(name=mine.name, proof=begun.proof, **brought)
        assert tokens.organization == owner.organization

    async def test_the_provider_that_sends_the_browser_back_says_who_it_is(
        self, here: Planes, crooked: CrookedProvider
    ) -> None:
        crooked.honest()
        crooked.metadata["authorization_response_iss_parameter_supported"] = True
        connection = await here.connect(await here.owner(), crooked.issuer)
        for issuer in ("", "https://evil.example.com"):
            begun = await here.begin(connection)
            brought = crooked.authorize(begun.authorization_url, email=f"x@{DOMAIN}")
            call = here.complete(name=connection.name, proof=begun.proof, iss=issuer, **brought)
            assert (await refused(call))[0] == "SIGN_ON_FAILED"
        assert not crooked.asked
        begun = await here.begin(connection)
        brought = crooked.authorize(begun.authorization_url, email=f"{secrets.token_hex(4)}@{DOMAIN}")
        await here.complete(name=connection.name, proof=begun.proof, iss=crooked.issuer, **brought)
