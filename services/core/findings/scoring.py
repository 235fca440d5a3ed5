"""Scores of CVSS 3.1 vectors (https://www.first.org/cvss/v3.1/specification-document)."""

from functools import lru_cache

from cvss import CVSS3
from cvss.exceptions import CVSS3Error

_PREFIX = "CVSS:3.1/"


@lru_cache(maxsize=1024)
def base_score(vector: str) -> float:
    """Returns a vector's base score, 0.0 to 10.0.

    Args:
        vector: A CVSS 3.1 vector, such as `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N`.

    Raises:
        ValueError: It isn't one.
    """
    if not vector.startswith(_PREFIX):
        raise ValueError(f"a CVSS vector begins with {_PREFIX}")
    try:
        return float(CVSS3(vector).base_score)
    except CVSS3Error as error:
        raise ValueError(str(error)) from error
