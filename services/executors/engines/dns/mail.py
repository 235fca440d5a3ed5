"""SPF and DMARC records judged; each verdict is a check's name and its evidence."""

import re
from collections.abc import Iterator, Sequence

Verdicts = Iterator[tuple[str, str]]


def judge_spf(texts: Sequence[str]) -> Verdicts:
    """Judge the TXT records of a domain that mail could claim to come from (RFC 7208 §4.5)."""
    records = [text for text in texts if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if not records:
        yield "missing-spf", "no TXT record begins with v=spf1"
    elif len(records) > 1:
        yield "multiple-spf", "\n".join(records)
    elif not _limits(records[0]):
        yield "permissive-spf", records[0]


def _limits(record: str) -> bool:
    terms = record.lower().split()[1:]
    if any(term.startswith("redirect=") for term in terms):
        return True
    return any(term in ("-all", "~all") for term in terms)


def judge_dmarc(own: Sequence[str], inherited: Sequence[str]) -> Verdicts:
    """Judge the TXT records at `_dmarc` of the domain, and of the organization it belongs to (RFC 7489 §6.6.3)."""
    for texts, tag in ((own, "p"), (inherited, "sp")):
        records = [text for text in texts if re.match(r"v=DMARC1\s*(;|$)", text)]
        if len(records) == 1:
            if _policy(records[0], tag) == "none":
                yield "weak-dmarc", records[0]
            return
    yield "missing-dmarc", "no single TXT record at _dmarc begins with v=DMARC1"


def _policy(record: str, tag: str) -> str:
    pairs = (pair.partition("=") for pair in record.split(";"))
    tags = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    return tags.get(tag, tags.get("p", "none"))
