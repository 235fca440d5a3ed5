"""The words of the executors: a task with scope and limits goes in, observations and services come out."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Severity(StrEnum):
    """How bad a weakness is: the qualitative scale of CVSS 3.1 §5, INFO standing for its "None"."""

    INFO = "INFO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Kind(StrEnum):
    """What a target is: one host (a name or an address), a block of addresses, or a URL."""

    HOST = "host"
    CIDR = "cidr"
    URL = "url"


class Stage(StrEnum):
    """When an executor runs: discovery finds services, assessment looks into those that were found."""

    DISCOVERY = "discovery"
    ASSESSMENT = "assessment"


class Reason(StrEnum):
    """Why an executor ended before it was done."""

    TIME_LIMIT = "TIME_LIMIT"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    MEMORY_LIMIT = "MEMORY_LIMIT"
    PROCESS_LIMIT = "PROCESS_LIMIT"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNAVAILABLE = "UNAVAILABLE"
    FAILED = "FAILED"


class ExecutorError(Exception):
    """An executor cannot go on; the message is for people and safe to show."""

    reason = Reason.FAILED


class OutOfScope(ExecutorError):
    """A connection was refused because the scan's verified scope does not cover it."""

    reason = Reason.OUT_OF_SCOPE


class Unavailable(ExecutorError):
    """The executor needs something this machine does not have."""

    reason = Reason.UNAVAILABLE


@dataclass(frozen=True)
class Scope:
    """What was verified as the organization's own, and so may be connected to.

    Attributes:
        allowed: Blocks whose addresses may be connected to as literals.
        excluded: Blocks never connected to, whatever else says they may be.
        hosts: Verified host names (a subdomain is not implied) or address literals, without a trailing dot.
        urls: Verified URLs; each opens its own host at its own port, and no other.
        allow_loopback: Whether the operator permits loopback addresses (the demo target needs it).
        allow_private: Whether the operator permits addresses that are not globally routed.
        excluded_hosts: Host names never connected to, each with all names below it, whatever else says they may be.
        excluded_paths: Paths of web sites never asked for, each with all below it.
    """

    allowed: tuple[Network, ...] = ()
    excluded: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    allow_loopback: bool = False
    allow_private: bool = False
    excluded_hosts: tuple[str, ...] = ()
    excluded_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What one run may take; reaching a limit ends it with a reason, keeping what was found.

    Attributes:
        seconds: Wall-clock time from start to end.
        output_bytes: Bytes the child may write, raw output and observations together.
        memory_bytes: Writable memory of each process, and resident memory of them all together.
        processes: Processes alive at once, the executor's own included.
        requests_per_second: Connections opened each second, a target's politeness bound.
    """

    seconds: float = 300.0
    output_bytes: int = 2 * 1024 * 1024
    memory_bytes: int = 1024 * 1024 * 1024
    processes: int = 8
    requests_per_second: float = 50.0


@dataclass(frozen=True)
class Service:
    """An open port and what answered there.

    Attributes:
        address: The address literal that was connected to.
        port: 1 to 65535.
        protocol: The transport, `tcp`.
        name: The application protocol in nmap's spelling (`http`, `ssh`, …), empty when unknown.
        banner: The first printable bytes it sent, at most 512 characters.
        tls: Whether it speaks TLS from the first byte.
        product: The software and version it claims to be, empty when unknown.
    """

    address: str
    port: int
    protocol: str = "tcp"
    name: str = ""
    banner: str = ""
    tls: bool = False
    product: str = ""


@dataclass(frozen=True)
class Task:
    """One executor's work on one target.

    Attributes:
        executor: The executor's name, as the registry has it.
        target: A host, a block in CIDR notation, or a URL.
        kind: Which of the three the target is.
        scope: What may be connected to.
        ports: TCP ports to look at; empty for the executor's own choice.
        limits: What the run may take.
        resolver: A DNS server as `address:port` to ask instead of the system's.
        services: What discovery found on this target, for assessment.
        checks: The only checks that are looked for; all where there are none.
        places: The only locations that these are looked for at; all where there are none.
    """

    executor: str
    target: str
    kind: Kind
    scope: Scope
    ports: tuple[int, ...] = ()
    limits: Limits = field(default_factory=Limits)
    resolver: str | None = None
    services: tuple[Service, ...] = ()
    checks: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observation:
    """A weakness seen at a place.

    Attributes:
        check: The stable identifier of the check, `http.missing-hsts`.
        title: One line, without the place.
        description: What it means, in a few sentences.
        severity: The qualitative rating; agrees with the vector where there is one.
        cvss_vector: A CVSS 3.1 base vector, empty for informational checks.
        cwe: CWE numbers.
        cve: CVE identifiers, where the weakness is a known one.
        location: A normalized URL, `host:port/tcp`, or a domain name; with the check it identifies the
            weakness.
        asset: The host the weakness is on, as the target names it.
        evidence: A short excerpt of what was seen, without secrets.
        remediation: What to do.
        references: URLs to read on.
    """

    check: str
    title: str
    description: str
    severity: Severity
    location: str
    asset: str
    evidence: str
    remediation: str
    cvss_vector: str = ""
    cwe: tuple[int, ...] = ()
    cve: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a run is: `done` of `total` steps, and what it is doing."""

    done: int
    total: int
    message: str


@dataclass(frozen=True)
class Outcome:
    """All that a run found, whether it came to its end or not.

    Attributes:
        observations: In the order they were seen, each check and location once.
        services: Open ports found.
        raw: The engine's own output, kept as evidence.
        media_type: What `raw` is (`application/xml`, `application/jsonl`), empty when there is none.
        truncated: Whether something is missing because a limit was reached.
        reason: Why it ended early; None when it did not.
        message: What to tell a person about the reason, empty without one.
        answered: Whether the target was there to be looked at, so that what wasn't observed isn't there.
    """

    observations: tuple[Observation, ...] = ()
    services: tuple[Service, ...] = ()
    raw: bytes = b""
    media_type: str = ""
    truncated: bool = False
    reason: Reason | None = None
    message: str = ""
    answered: bool = False
