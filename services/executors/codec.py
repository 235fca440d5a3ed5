"""Tasks and findings as JSON: how parent and child process speak, one object a line.

A line is `{"KIND": VALUE}`, KIND one of `progress`, `observation`, `service`, `raw`, `answered`, `error`, `end`.
"""

import base64
import dataclasses
import json
from collections.abc import Callable, Mapping
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from services.executors.domain import (
    Kind,
    Limits,
    Observation,
    Progress,
    Reason,
    Scope,
    Service,
    Severity,
    Task,
)


class Malformed(ValueError):
    """A line is not what the other side should have written."""


def encode_task(task: Task) -> bytes:
    """Return `task` as one line of JSON."""
    return _line(dataclasses.asdict(task))


def decode_task(line: bytes) -> Task:
    """Return the task of `encode_task`'s line; raises `Malformed`."""
    try:
        fields = json.loads(line)
        scope = fields["scope"]
        return Task(
            executor=fields["executor"],
            target=fields["target"],
            kind=Kind(fields["kind"]),
            scope=Scope(
                allowed=tuple(ip_network(block) for block in scope["allowed"]),
                excluded=tuple(ip_network(block) for block in scope["excluded"]),
                hosts=tuple(scope["hosts"]),
                urls=tuple(scope["urls"]),
                excluded_hosts=tuple(scope["excluded_hosts"]),
                excluded_paths=tuple(scope["excluded_paths"]),
                allow_loopback=scope["allow_loopback"],
                allow_private=scope["allow_private"],
            ),
            ports=tuple(fields["ports"]),
            limits=Limits(**fields["limits"]),
            resolver=fields["resolver"],
            services=tuple(Service(**service) for service in fields["services"]),
            checks=tuple(fields["checks"]),
            places=tuple(fields["places"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed("not a task") from error


def encode_record(kind: str, value: object) -> bytes:
    """Return one line that says `value` (a dataclass, or what JSON knows) under `kind`."""
    plain = dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value
    return _line({kind: plain})


def encode_raw(chunk: bytes, media_type: str) -> bytes:
    """Return one line that carries a piece of an engine's own output."""
    return _line({"raw": {"media_type": media_type, "base64": base64.b64encode(chunk).decode("ascii")}})


def decode_record(line: bytes) -> tuple[str, Any]:
    """Return kind and value of one line, the value as its dataclass where it has one; raises `Malformed`.

    `raw` gives `(media_type, bytes)`, `error` gives `(reason, message)`, `answered` and `end` give None.
    """
    try:
        ((kind, value),) = json.loads(line).items()
        return kind, _DECODERS[kind](value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("not a record") from error


def _observation(value: Mapping[str, Any]) -> Observation:
    lists = {name: tuple(value[name]) for name in ("cwe", "cve", "references")}
    return Observation(**{**value, **lists, "severity": Severity(value["severity"])})


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "progress": lambda value: Progress(**value),
    "observation": _observation,
    "service": lambda value: Service(**value),
    "raw": lambda value: (value["media_type"], base64.b64decode(value["base64"])),
    "error": lambda value: (Reason(value[0]), str(value[1])),
    "answered": lambda _: None,
    "end": lambda _: None,
}


def _line(value: object) -> bytes:
    return json.dumps(value, default=_plain, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no JSON form")
