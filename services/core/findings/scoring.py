"""Scores of CVSS vectors, of all versions in use (https://www.first.org/cvss/)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

from services.core.findings.domain import Severity, rating

_PREFIXES: Mapping[str, tuple[str, Callable[[str], CVSS3 | CVSS4]]] = MappingProxyType(
    {"CVSS:3.0/": ("3.0", CVSS3), "CVSS:3.1/": ("3.1", CVSS3), "CVSS:4.0/": ("4.0", CVSS4)}
)


@dataclass(frozen=True, slots=True)
class Score:
    """What a vector comes to.

    Attributes:
        version: `2.0`, `3.0`, `3.1` or `4.0`.
        base: The base score, 0.0 to 10.0; of version 4.0, the score of all metrics that the vector has.
        severity: The qualitative rating; INFO for none. Version 2 has no CRITICAL
            (https://nvd.nist.gov/vuln-metrics/cvss).
    """

    version: str
    base: float
    severity: Severity


@lru_cache(maxsize=4096)
def score(vector: str) -> Score:
    """Returns what a vector comes to.

    Args:
        vector: Such as `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N`; one of version 2 has no prefix, or parentheses.

    Raises:
        ValueError: It is none.
    """
    try:
        for prefix, (version, read) in _PREFIXES.items():
            if vector.startswith(prefix):
                base = float(read(vector).base_score)
                return Score(version, base, rating(base))
        if vector.startswith("CVSS:"):
            raise ValueError(f"a CVSS vector begins with one of {', '.join(_PREFIXES)}, or with AV: for version 2")
        base = float(CVSS2(vector.removeprefix("(").removesuffix(")")).base_score)
    except CVSSError as error:
        raise ValueError(str(error)) from error
    return Score("2.0", base, min(rating(base), Severity.HIGH))
