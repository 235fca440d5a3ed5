"""Somebody with an organization of their own, made as a person makes it: signed up, signed in, over REST."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bench.platform import Platform
from stack import http


@dataclass(frozen=True)
class Person:
    """The owner of an organization; the access token lasts for ten minutes."""

    organization: UUID
    token: str = field(repr=False)


async def person(platform: Platform) -> Person:
    """Signs somebody up and founds an organization; the platform's core, security and edge must be up."""
    credentials = {"email": f"{secrets.token_hex(8)}@example.com", "password": secrets.token_urlsafe(18)}
    await _post(platform, "accounts:sign-up", credentials)
    session = await _post(platform, "sessions:sign-in", credentials)
    organization = await _post(platform, "organizations", {"displayName": "Bench"}, session["accessToken"])
    session = await _post(platform, "sessions:refresh", {"refreshToken": session["refreshToken"]})
    return Person(UUID(organization["name"].removeprefix("organizations/")), session["accessToken"])


async def _post(platform: Platform, path: str, body: object, token: str = "") -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    where = http.Address(port=platform.gateway)
    response = await http.request(where, "POST", f"/v1/{path}", body=body, headers=headers, seconds=30)
    assert response.status == 200, response.body
    return response.json()
