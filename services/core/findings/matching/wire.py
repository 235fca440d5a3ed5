"""Why a sighting belongs to its finding, for people."""

from collections.abc import Mapping
from types import MappingProxyType

from xorb.core.v1 import finding_pb2

from services.core.findings.matching.keys import Kind
from services.core.findings.matching.recording import Match, Seen

_WORDS: Mapping[Kind, str] = MappingProxyType({
    Kind.RULE: "The same check at the same place",
    Kind.CVE: "The same CVEs at the same place",
    Kind.WEAKNESS: "Checks for the same weakness at the same place",
    Kind.CWE: "The same CWE in the same part of the same place",
})  # fmt: skip


def explanation(seen: Seen) -> finding_pb2.MatchExplanation:
    """Returns which keys a sighting shares with which earlier ones, and what these keys are made of."""
    return finding_pb2.MatchExplanation(summary=_summary(seen), matches=[_match(seen, match) for match in seen.matches])


def _match(seen: Seen, match: Match) -> finding_pb2.MatchExplanation.Match:
    return finding_pb2.MatchExplanation.Match(
        key=match.kind.name, fields=_fields(seen, match.kind), sighting=str(match.sighting)
    )


def _fields(seen: Seen, kind: Kind) -> dict[str, str]:
    return next((dict(key.fields) for key in seen.keys if key.kind is kind), {})


def _summary(seen: Seen) -> str:
    if not seen.matches:
        return "Nothing that was seen before has a key in common with it."
    strongest = seen.matches[0]
    fields = ", ".join(f"{name} {value}" for name, value in _fields(seen, strongest.kind).items() if value)
    return f"{_WORDS[strongest.kind]} as sighting {strongest.sighting}: {fields}."
