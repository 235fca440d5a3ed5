"""What methodologies ask for."""

import re
import tomllib
from pathlib import Path

import pytest

from services.core.engagements.checklists import catalogue
from services.core.engagements.checklists.catalogue import Methodology, entries, up_to

COUNTS = {
    "INFO": 10, "CONF": 11, "IDNT": 5, "ATHN": 10, "ATHZ": 4, "SESS": 9, "INPV": 19, "ERRH": 2, "CRYP": 4, "BUSL": 9,
    "CLNT": 13, "APIT": 1,
}  # fmt: skip
"""Tests of each category of the guide, as it numbers them."""


def test_the_guide_has_its_tests() -> None:
    codes = list(entries(Methodology.OWASP_WSTG))

    assert codes == [f"WSTG-{name}-{number:02}" for name, count in COUNTS.items() for number in range(1, count + 1)]


def test_the_standard_is_the_one_that_the_platform_is_measured_by() -> None:
    ours = Path(catalogue.__file__).with_name("asvs.toml").read_text(encoding="utf-8")
    documented = Path("docs/security/asvs-5.0.0.toml").read_text(encoding="utf-8")

    assert tomllib.loads(ours) == tomllib.loads(documented)


@pytest.mark.parametrize("methodology", Methodology)
def test_every_entry_says_what_it_is_about(methodology: Methodology) -> None:
    found = entries(methodology)

    assert all(
        entry.title and re.fullmatch(r"WSTG-[A-Z]{4}-\d{2}|V\d+\.\d+\.\d+", code) for code, entry in found.items()
    )
    assert len(up_to(methodology, 0)) == len(found)


def test_levels_contain_each_other() -> None:
    first, second, third = (len(up_to(Methodology.OWASP_ASVS, level)) for level in (1, 2, 3))

    assert 0 < first < second < third == len(entries(Methodology.OWASP_ASVS))
