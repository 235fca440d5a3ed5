"""What formats for programs have in common: how they name weaknesses, products and links."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from services.core.reports.model import Finding

_LONGEST = 2000  # characters of a link; Typst takes 8,000, browsers fewer
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
# RFC 3986, without what is only allowed elsewhere.
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def names(finding: Finding) -> list[str]:
    """Returns what a finding is an instance of: its CVEs, or its check where it has none."""
    return list(dict.fromkeys(cve for cve in finding.cves if _CVE.fullmatch(cve))) or [finding.check]


def is_cve(name: str) -> bool:
    """Returns whether a name is a CVE identifier."""
    return _CVE.fullmatch(name) is not None


def product(asset: str) -> str:
    """Returns an asset's name as a URN, the same in every report."""
    return f"urn:xorb:asset:{quote(asset, safe='')}"


def links(finding: Finding) -> Iterator[str]:
    """Yields those of a finding's references that are addresses of the web."""
    return (one for one in finding.references if is_link(one))


def is_link(text: str) -> bool:
    """Returns whether a text is a URI of the web that every reader takes."""
    if len(text) > _LONGEST or not text.startswith(("https://", "http://")):
        return False
    if not _URI.fullmatch(text) or re.search("%(?![0-9A-Fa-f]{2})", text) or set("[]") & set(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and "#" not in parts.fragment and parts.port != 0
    except ValueError:
        return False
