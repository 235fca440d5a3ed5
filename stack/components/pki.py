"""The mesh's certificate authority in OpenBao: a root, an intermediate that signs, a role for each identity.

Source of the paths and fields: OpenBao's API, PKI secrets engine.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from stack.mesh import topology
from stack.mesh.lifetime import LONGEST
from stack.settings import StackSettings

ROOT, SIGNER = "pki", "pki-mesh"
"""The engines: of the root, which signs the other's certificate, and of the intermediate."""

POLICY = {f"{SIGNER}/sign/{role}": ["update"] for role in topology.IDENTITIES} | {f"{ROOT}/cert/ca": ["read"]}
"""What whoever renews certificates may do."""

Ask = Callable[[str, str, object], Awaitable[dict[str, Any]]]
"""Sends method, path and body, and gives the answer; raises StackError when it is refused."""

_TEN_YEARS, _FIVE_YEARS = "87600h", "43800h"
_KEY = {"key_type": "ec", "key_bits": 256}


async def ensure(settings: StackSettings, ask: Ask) -> None:
    """Make what isn't there yet, and bring the roles up to date.

    Raises:
        StackError: OpenBao refuses.
    """
    mounts = (await ask("GET", "sys/mounts", None))["data"]
    for mount in (ROOT, SIGNER):
        if f"{mount}/" not in mounts:
            body = {"type": "pki", "config": {"max_lease_ttl": _TEN_YEARS}}
            await ask("POST", f"sys/mounts/{mount}", body)
    if not await _has_issuer(ask, ROOT):
        await ask("POST", f"{ROOT}/root/generate/internal", _named("XORB mesh root", _TEN_YEARS))
    if not await _has_issuer(ask, SIGNER):
        await _make_signer(ask)
    for role in topology.IDENTITIES:
        await ask("POST", f"{SIGNER}/roles/{role}", _role(topology.spiffe_id(settings, role)))


async def _make_signer(ask: Ask) -> None:
    made = await ask("POST", f"{SIGNER}/intermediate/generate/internal", _named("XORB mesh", _FIVE_YEARS))
    request = {"csr": made["data"]["csr"], "max_path_length": 0, **_named("XORB mesh", _FIVE_YEARS)}
    signed = await ask("POST", f"{ROOT}/root/sign-intermediate", request)
    await ask("POST", f"{SIGNER}/intermediate/set-signed", {"certificate": signed["data"]["certificate"]})


def _named(name: str, lifetime: str) -> dict[str, Any]:
    return {"common_name": name, "ttl": lifetime, **_KEY}


def _role(spiffe_id: str) -> dict[str, Any]:
    """A role that signs certificates of one identity and no other name (X509-SVID, sections 2 and 4)."""
    return {
        **_KEY,
        "allowed_uri_sans": [spiffe_id],
        "allow_any_name": False,
        "allow_localhost": False,
        "allow_ip_sans": False,
        "require_cn": False,
        "use_csr_common_name": False,
        "use_csr_sans": False,
        "server_flag": True,
        "client_flag": True,
        "key_usage": ["DigitalSignature"],
        "max_ttl": f"{LONGEST}s",
        "ttl": f"{LONGEST}s",
        # They end before a list of those withdrawn would be of use, and there are many.
        "no_store": True,
    }


async def _has_issuer(ask: Ask, mount: str) -> bool:
    return bool((await ask("GET", f"{mount}/config/issuers", None))["data"].get("default"))
