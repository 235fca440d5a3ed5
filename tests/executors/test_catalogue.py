"""Every check is complete, has an identifier of its own, and its severity is what its vector amounts to."""

import math
from pathlib import Path

import pytest

from services.executors.catalogue import declarations
from services.executors.domain import Severity
from services.executors.engine import Check
from services.executors.registry import executors

CHECKS = [check for executor in executors().values() for check in executor.checks]
WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}


def base_score(vector: str) -> float:
    """The base score of a CVSS 3.1 vector, for PR:N (specification §7.1; scope changes PR's other weights only)."""
    metrics = dict(part.split(":") for part in vector.split("/")[1:])
    changed = metrics.pop("S") == "C"
    weight = {name: WEIGHTS[name][value] for name, value in metrics.items()}
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    if impact <= 0:
        return 0.0
    return math.ceil(round(min((1.08 if changed else 1.0) * (impact + exploitability), 10.0) * 10, 4)) / 10


def rating(score: float) -> Severity:
    """The qualitative rating of a score, specification §5."""
    bounds = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
    return next((severity for bound, severity in bounds if score >= bound), Severity.INFO)


def test_the_score_is_the_specifications() -> None:
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N") == 7.5
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N") == 6.1


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_complete(check: Check) -> None:
    assert check.title
    assert not check.title.endswith(".")
    assert check.description.endswith(".")
    assert check.remediation.endswith((".", "`."))
    assert check.references
    assert check.cwe
    if check.cvss_vector:
        assert rating(base_score(check.cvss_vector)) is check.severity
    else:
        assert check.severity is Severity.INFO


def test_identifiers_are_unique_and_begin_with_their_engine() -> None:
    names = [check.id for check in CHECKS]
    assert len(names) == len(set(names))
    for executor in executors().values():
        assert all(check.id.startswith(f"{executor.name}.") for check in executor.checks)


def test_a_declaration_that_is_not_right_is_named(tmp_path: Path) -> None:
    file = tmp_path / "checks.toml"
    file.write_text('[bad]\ntitle = "x"\nseverty = "LOW"\n')
    with pytest.raises(ValueError, match=r"x\.bad.*severty"):
        declarations("x", file)


def test_evidence_is_printable_and_short() -> None:
    evidence = CHECKS[0].at("here", "host", "a\0b\x1b[31m" + "c" * 1000).evidence
    assert evidence.startswith("a.b.[31mc")
    assert len(evidence) == 500
