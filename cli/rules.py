"""How detection rules look in tables and CSV."""

from typing import Any

from xorb.intelligence.v1.detection_rule_pb2 import TestDetectionRulesResponse

from cli.columns import enum_name, severity_style
from cli.output import Column, short, when


def _source(rule: Any) -> str:  # noqa: ANN401 - a DetectionRule
    return " ".join(filter(None, (rule.product, rule.category, rule.service)))


def _reasons(match: TestDetectionRulesResponse.Match) -> str:
    """Returns what a match stands on, a line each."""
    return "\n".join(
        f"{one.selection or 'pipeline'}: {'not ' if one.negated else ''}{one.field or 'any field'} {one.test}"
        for one in match.reasons
    )


RULES = (
    Column("id", lambda rule: short(rule.name)),
    Column("title", lambda rule: str(rule.title), wide=True),
    Column("kind", lambda rule: enum_name(rule, "kind")),
    Column("level", lambda rule: enum_name(rule, "level"), severity_style),
    Column("source", _source, wide=True),
    Column("version", lambda rule: str(rule.version)),
    Column("disabled", lambda rule: "disabled" if rule.disabled else "", "red"),
    Column("updated", lambda rule: when(rule.update_time), spare=True),
)
RULE = (
    Column("name", lambda rule: str(rule.name), wide=True),
    *RULES[1:],
    Column("rule_id", lambda rule: str(rule.rule_id), wide=True),
    Column("tags", lambda rule: ", ".join(rule.tags), wide=True),
    Column("path", lambda rule: str(rule.path), wide=True),
)
VERSIONS = (
    Column("version", lambda version: version.name.rpartition("/")[2]),
    Column("editor", lambda version: str(version.editor), wide=True),
    Column("created", lambda version: when(version.create_time)),
)
MATCHES = (
    Column("event", lambda match: str(match.event + 1)),
    Column("title", lambda match: str(match.title), wide=True),
    Column("level", lambda match: enum_name(match, "level"), severity_style),
    Column("because", _reasons, wide=True),
)
