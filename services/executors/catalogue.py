"""Checks declared as data: each engine's `checks.toml`, one table a check, read into `Check`s.

A table's name completes the identifier (`[missing-csp]` of engine `http` is `http.missing-csp`); `cvss` is
the vector without its prefix; a reference to each CWE is added. What an engine wants besides stands under
`look`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from services.executors.domain import Severity
from services.executors.engine import Check

_CWE = "https://cwe.mitre.org/data/definitions/{}.html"
_REQUIRED = {"title", "description", "severity", "remediation"}
_OPTIONAL = {"cvss", "cwe", "cve", "references", "look"}


@dataclass(frozen=True)
class Declaration:
    """A check as declared, and what the engine is told about how to look for it (empty for most)."""

    check: Check
    look: Mapping[str, Any]


def declarations(engine: str, file: Path) -> tuple[Declaration, ...]:
    """Return what `file` declares, in its order; raises ValueError naming the table that is not right."""
    tables = tomllib.loads(file.read_text("utf-8"))
    return tuple(_declaration(f"{engine}.{name}", table) for name, table in tables.items())


def checks(engine: str, file: Path) -> Mapping[str, Check]:
    """Return the checks of `file` by the name of their table."""
    return MappingProxyType(
        {declaration.check.id.partition(".")[2]: declaration.check for declaration in declarations(engine, file)}
    )


def _declaration(identifier: str, table: Mapping[str, Any]) -> Declaration:
    names = set(table)
    if not names >= _REQUIRED or not names <= _REQUIRED | _OPTIONAL:
        raise ValueError(f"check {identifier} lacks {_REQUIRED - names} or has unknown {names - _REQUIRED - _OPTIONAL}")
    cwe = tuple(table.get("cwe", ()))
    check = Check(
        id=identifier,
        title=table["title"],
        description=table["description"],
        severity=Severity(table["severity"]),
        remediation=table["remediation"],
        references=(*table.get("references", ()), *(_CWE.format(number) for number in cwe)),
        cvss_vector=f"CVSS:3.1/{table['cvss']}" if "cvss" in table else "",
        cwe=cwe,
        cve=tuple(table.get("cve", ())),
    )
    return Declaration(check, MappingProxyType(table.get("look", {})))
