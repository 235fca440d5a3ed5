"""Settings of a service process, read once from `XORB_*` in the environment.

A secret may stand in a file: `XORB_POSTGRES_DSN_FILE` names a file whose content is the value of `XORB_POSTGRES_DSN`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

ROLES = ("core", "security", "intelligence", "orchestrator", "relay", "bridge", "ratelimit")
LOCAL_ORIGINS = r"https?://(localhost|127\.0\.0\.1)(:\d+)?"
"""Pages of this machine, on any port."""

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class SettingsError(Exception):
    """A setting is missing or can't be read; the message names it."""


@dataclass(frozen=True)
class Settings:
    """What a service process needs to know of the outside.

    Attributes:
        home: The folder of evidence and other state (`XORB_HOME`).
        run_directory: The folder of Unix sockets (`XORB_RUN_DIRECTORY`); a socket's path has at most 107 bytes.
        postgres_dsn: SQLAlchemy URL of the database, with the role of this process (`XORB_POSTGRES_DSN`).
        database_credentials: The role of Vault's database engine that issues the user and password of
            `postgres_dsn`; those in the URL where empty (`XORB_DATABASE_CREDENTIALS`).
        redis_url: `redis://` or `unix://` URL (`XORB_REDIS_URL`).
        vault_address: Base URL of the Vault API (`XORB_VAULT_ADDRESS`).
        vault_token: Token of this process (`XORB_VAULT_TOKEN`).
        temporal_address: Host and port of Temporal (`XORB_TEMPORAL_ADDRESS`).
        page_token_key: Secret that signs page tokens and resume tokens (`XORB_PAGE_TOKEN_KEY`).
        log_level: `DEBUG`, `INFO`, `WARNING` or `ERROR` (`XORB_LOG_LEVEL`).
        sign_up_open: Whether anybody may create an account (`XORB_SIGN_UP_OPEN`).
        allow_loopback_targets: Whether loopback may be tested: demo and tests only (`XORB_ALLOW_LOOPBACK_TARGETS`).
        allow_private_targets: Whether private ranges may be tested (`XORB_ALLOW_PRIVATE_TARGETS`).
        dns_resolver: `address:port` of the resolver for targets; the system's where empty (`XORB_DNS_RESOLVER`).
        verification_ports: Where hosts and blocks are asked for the ownership token, such as `https:443,http:80`
            (`XORB_VERIFICATION_PORTS`).
        access_token_lifetime: How long an access token is valid (`XORB_ACCESS_TOKEN_SECONDS`, at most 600).
        webauthn_rp_id: The domain name that passkeys are for (`XORB_WEBAUTHN_RP_ID`).
        webauthn_origins: The pages that may ask for them, such as `https://xorb.example.org` (`XORB_WEBAUTHN_ORIGINS`).
        key_lead: How long a new version of a signing key is published before it signs (`XORB_KEY_LEAD_SECONDS`).
        sign_in_failures: How many failures there may be in an hour before one waits: of an account from one address
            (`XORB_SIGN_IN_FREE_FAILURES`), from one address (`XORB_SIGN_IN_ADDRESS_FAILURES`), and of an account from
            everywhere (`XORB_SIGN_IN_ACCOUNT_FAILURES`).
        drain: How long to answer NOT_SERVING before a stop (`XORB_DRAIN_SECONDS`).
        database_pool: Connections to the database (`XORB_DATABASE_POOL`).
        instance: Tells a role's second instance, which serves while the first restarts, from it (`XORB_INSTANCE`).
        mesh: Whether calls come through sidecars that say who calls; others are refused (`XORB_MESH`).
        trust_domain: Of the SPIFFE identities of callers (`XORB_MESH_TRUST_DOMAIN`).
        egress: The gRPC address of the own sidecar, which takes calls to others; without one they are called directly
            (`XORB_EGRESS_ADDRESS`).
        data_key_lifetime: How long an unwrapped data key stays in memory (`XORB_DATA_KEY_SECONDS`).
        attachment_quota: How many bytes an organization's attachments may be (`XORB_ATTACHMENT_QUOTA_BYTES`).
        deletion_grace: How long a deleted organization can be undeleted (`XORB_DELETION_GRACE_SECONDS`).
        import_file_bytes: How large a file may be that is imported (`XORB_IMPORT_FILE_BYTES`).
        import_quota_bytes: How much an organization's files may have that aren't imported yet
            (`XORB_IMPORT_QUOTA_BYTES`).
        otlp_endpoint: Where traces and logs go, OTLP over gRPC; nowhere where empty (`XORB_OTLP_ENDPOINT`).
        web_address: Base URL of the pages that browsers show (`XORB_WEB_ADDRESS`).
        allowed_origins: A regular expression: pages of these origins may use sessions (`XORB_ALLOWED_ORIGINS`).
        allow_loopback_providers: Whether identity providers may be on this machine, over http as well: development
            and tests only (`XORB_ALLOW_LOOPBACK_PROVIDERS`).
        allow_private_providers: Whether they may be in private networks (`XORB_ALLOW_PRIVATE_PROVIDERS`).
        allow_loopback_endpoints: Whether notifications may go to this machine, over http as well: development and tests
            only (`XORB_ALLOW_LOOPBACK_ENDPOINTS`).
        allow_private_endpoints: Whether they may go to private networks (`XORB_ALLOW_PRIVATE_ENDPOINTS`).
        smtp_host: The server that takes e-mail; none is sent where empty (`XORB_SMTP_HOST`, and in the same way
            `XORB_SMTP_PORT`, `XORB_SMTP_USERNAME` and `XORB_SMTP_PASSWORD`).
        smtp_security: `starttls`, `tls`, or `none` for a server on this machine (`XORB_SMTP_SECURITY`).
        smtp_from: The address that e-mail is from (`XORB_SMTP_FROM`).
        notification_retry: How long to wait before a notification that failed is sent once more, for the first time
            (`XORB_NOTIFICATION_RETRY_SECONDS`).
        issue_poll: How long after one look at a tracker of issues the next one is (`XORB_ISSUE_POLL_SECONDS`).
    """

    home: Path
    run_directory: Path
    postgres_dsn: str = field(default="", repr=False)
    database_credentials: str = ""
    redis_url: str = field(default="", repr=False)
    vault_address: str = ""
    vault_token: str = field(default="", repr=False)
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    page_token_key: str = field(default="", repr=False)
    log_level: str = "INFO"
    sign_up_open: bool = True
    allow_loopback_targets: bool = False
    allow_private_targets: bool = False
    dns_resolver: str = ""
    verification_ports: tuple[tuple[str, int], ...] = (("https", 443), ("http", 80))
    access_token_lifetime: timedelta = timedelta(minutes=10)
    webauthn_rp_id: str = "localhost"
    webauthn_origins: tuple[str, ...] = ()
    key_lead: timedelta = timedelta(minutes=3)
    sign_in_failures: tuple[int, int, int] = (10, 100, 20)
    drain: timedelta = timedelta(seconds=1.5)
    database_pool: int = 8
    instance: str = ""
    mesh: bool = True
    trust_domain: str = "xorb"
    egress: str = ""
    data_key_lifetime: timedelta = timedelta(minutes=1)
    attachment_quota: int = 5 * 1024**3
    deletion_grace: timedelta = timedelta(days=7)
    import_file_bytes: int = 2 * 1024**3
    import_quota_bytes: int = 8 * 1024**3
    otlp_endpoint: str = ""
    web_address: str = "http://localhost:8000"
    allowed_origins: str = LOCAL_ORIGINS
    allow_loopback_providers: bool = False
    allow_private_providers: bool = False
    allow_loopback_endpoints: bool = False
    allow_private_endpoints: bool = False
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    notification_retry: timedelta = timedelta(seconds=5)
    issue_poll: timedelta = timedelta(minutes=5)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def address(self, role: str) -> str:
        """Returns the gRPC address of a role's process, such as `unix:…/run/core.sock` (`XORB_CORE_ADDRESS`)."""
        return self.addresses.get(role) or f"unix:{self.run_directory}/{role}.sock"

    def socket(self, role: str) -> Path:
        """Returns the Unix socket on which this instance of a role serves, unless its address is set."""
        return self.run_directory / f"{self._named(role)}.sock"

    def listening(self, role: str) -> str:
        """Returns the gRPC address on which this instance of a role serves."""
        return self.addresses.get(role) or f"unix:{self.socket(role)}"

    def destination(self, role: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Returns the gRPC address by which to call a role's process, and the channel's options that this takes."""
        if self.egress:
            # The sidecar knows by the authority who is meant.
            return self.egress, (("grpc.default_authority", role),)
        return self.address(role), ()

    def metrics_socket(self, role: str) -> Path:
        """Returns the Unix socket on which a role's process serves Prometheus metrics."""
        return self.run_directory / f"{self._named(role)}.metrics.sock"

    @property
    def evidence(self) -> Path:
        """The folder of executors' raw output."""
        return self.home / "evidence"

    def _named(self, role: str) -> str:
        return f"{role}.{self.instance}" if self.instance else role


def read(environment: Mapping[str, str]) -> Settings:
    """Reads the settings from an environment.

    Raises:
        SettingsError: A value can't be understood, or a named file can't be read.
    """
    value = _Reader(environment)
    home = Path(value.text("HOME", ".xorb")).resolve()
    return Settings(
        home=home,
        run_directory=Path(value.text("RUN_DIRECTORY", str(home / "run"))),
        postgres_dsn=value.text("POSTGRES_DSN"),
        database_credentials=value.text("DATABASE_CREDENTIALS"),
        redis_url=value.text("REDIS_URL"),
        vault_address=value.text("VAULT_ADDRESS"),
        vault_token=value.text("VAULT_TOKEN"),
        temporal_address=value.text("TEMPORAL_ADDRESS", "127.0.0.1:7233"),
        temporal_namespace=value.text("TEMPORAL_NAMESPACE", "default"),
        page_token_key=value.text("PAGE_TOKEN_KEY"),
        log_level=value.text("LOG_LEVEL", "INFO").upper(),
        sign_up_open=value.flag("SIGN_UP_OPEN", default=True),
        allow_loopback_targets=value.flag("ALLOW_LOOPBACK_TARGETS", default=False),
        allow_private_targets=value.flag("ALLOW_PRIVATE_TARGETS", default=False),
        dns_resolver=value.text("DNS_RESOLVER"),
        verification_ports=value.ports("VERIFICATION_PORTS", "https:443,http:80"),
        access_token_lifetime=timedelta(seconds=min(600.0, value.number("ACCESS_TOKEN_SECONDS", 600))),
        webauthn_rp_id=value.text("WEBAUTHN_RP_ID", "localhost"),
        webauthn_origins=value.origins("WEBAUTHN_ORIGINS", "http://localhost:8000,https://localhost:8443"),
        sign_in_failures=(
            value.count("SIGN_IN_FREE_FAILURES", 10),
            value.count("SIGN_IN_ADDRESS_FAILURES", 100),
            value.count("SIGN_IN_ACCOUNT_FAILURES", 20),
        ),
        key_lead=timedelta(seconds=value.number("KEY_LEAD_SECONDS", 180)),
        drain=timedelta(seconds=value.number("DRAIN_SECONDS", 1.5)),
        database_pool=int(value.number("DATABASE_POOL", 8)),
        instance=value.text("INSTANCE"),
        mesh=value.flag("MESH", default=True),
        trust_domain=value.text("MESH_TRUST_DOMAIN", "xorb"),
        egress=value.text("EGRESS_ADDRESS"),
        data_key_lifetime=timedelta(seconds=value.number("DATA_KEY_SECONDS", 60)),
        attachment_quota=int(value.number("ATTACHMENT_QUOTA_BYTES", 5 * 1024**3)),
        deletion_grace=timedelta(seconds=value.number("DELETION_GRACE_SECONDS", 604_800)),
        import_file_bytes=value.count("IMPORT_FILE_BYTES", 2 * 1024**3),
        import_quota_bytes=value.count("IMPORT_QUOTA_BYTES", 8 * 1024**3),
        otlp_endpoint=value.text("OTLP_ENDPOINT"),
        web_address=value.text("WEB_ADDRESS", "http://localhost:8000"),
        allowed_origins=value.text("ALLOWED_ORIGINS") or LOCAL_ORIGINS,
        allow_loopback_providers=value.flag("ALLOW_LOOPBACK_PROVIDERS", default=False),
        allow_private_providers=value.flag("ALLOW_PRIVATE_PROVIDERS", default=False),
        allow_loopback_endpoints=value.flag("ALLOW_LOOPBACK_ENDPOINTS", default=False),
        allow_private_endpoints=value.flag("ALLOW_PRIVATE_ENDPOINTS", default=False),
        smtp_host=value.text("SMTP_HOST"),
        smtp_port=int(value.number("SMTP_PORT", 587)),
        smtp_security=value.choice("SMTP_SECURITY", ("starttls", "tls", "none")),
        smtp_username=value.text("SMTP_USERNAME"),
        smtp_password=value.text("SMTP_PASSWORD"),
        smtp_from=value.text("SMTP_FROM"),
        notification_retry=timedelta(seconds=value.number("NOTIFICATION_RETRY_SECONDS", 5)),
        issue_poll=timedelta(seconds=value.number("ISSUE_POLL_SECONDS", 300)),
        addresses={role: value.text(f"{role.upper()}_ADDRESS") for role in ROLES},
    )


class _Reader:
    """Reads single values and says which setting is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str = "") -> str:
        file = self._environment.get(f"XORB_{name}_FILE")
        if not file:
            return self._environment.get(f"XORB_{name}", default)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"XORB_{name}_FILE: can't read {file}: {error.strerror}") from error

    def flag(self, name: str, *, default: bool) -> bool:
        text = self.text(name, str(default)).lower()
        if text not in _TRUE | _FALSE:
            raise SettingsError(f"XORB_{name}: {text!r} is neither true nor false")
        return text in _TRUE

    def number(self, name: str, default: float) -> float:
        text = self.text(name, str(default))
        try:
            return float(text)
        except ValueError as error:
            raise SettingsError(f"XORB_{name}: {text!r} is not a number") from error

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        text = self.text(name, known[0]).lower()
        if text not in known:
            raise SettingsError(f"XORB_{name}: {text!r} is none of {', '.join(known)}")
        return text

    def origins(self, name: str, default: str) -> tuple[str, ...]:
        text = self.text(name, default)
        origins = tuple(part.strip() for part in text.split(",") if part.strip())
        if not all(re.fullmatch(r"https?://[^/\s]+", origin) for origin in origins):
            raise SettingsError(f"XORB_{name}: {text!r} isn't of the form https://a.example,https://b.example")
        return origins

    def count(self, name: str, default: int) -> int:
        number = self.number(name, default)
        if number < 1 or number != int(number):
            raise SettingsError(f"XORB_{name}: {number:g} is not a number of times, one or more")
        return int(number)

    def ports(self, name: str, default: str) -> tuple[tuple[str, int], ...]:
        text = self.text(name, default)
        pairs = [part.strip().partition(":") for part in text.split(",")]
        if not all(scheme in {"http", "https"} and port.isdecimal() for scheme, _, port in pairs):
            raise SettingsError(f"XORB_{name}: {text!r} isn't of the form https:443,http:80")
        return tuple((scheme, int(port)) for scheme, _, port in pairs)
