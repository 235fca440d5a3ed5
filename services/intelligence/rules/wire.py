"""Detection rules on the wire."""

from collections.abc import Iterable
from uuid import UUID

from xorb.intelligence.v1 import detection_rule_pb2 as pb

from services.intelligence.detection.sigma.parsing.refusals import Refusal
from services.intelligence.rules.domain import DetectionRule
from services.intelligence.rules.store import Version
from services.intelligence.rules.trying import Match
from services.mesh import etags, names
from services.mesh.errors import not_found
from services.mesh.events.model import Event

PATTERN = "organizations/{organization}/detectionRules/{detection_rule}"
_NOT_FOR_LOGS = ("text",)


def identifier(name: str) -> UUID:
    """Returns the rule that a name is of.

    Raises:
        Failure: INVALID_NAME.
    """
    return names.parse(PATTERN, name)[1]


def identifiers(organization: UUID, given: Iterable[str]) -> list[UUID]:
    """Returns the rules that names are of, each once.

    Raises:
        Failure: INVALID_NAME; NOT_FOUND for another organization's.
    """
    found: dict[UUID, None] = {}
    for name in given:
        owner, rule = names.parse(PATTERN, name)
        if owner != organization:
            raise not_found(name)
        found[rule] = None
    return list(found)


def name(organization: UUID, rule: UUID) -> str:
    """Returns a rule's resource name."""
    return names.join("organizations", organization, "detectionRules", rule)


def etag(rule: DetectionRule) -> str:
    """Returns a rule's etag."""
    return etags.etag(rule.id, rule.revision)


def message(organization: UUID, rule: DetectionRule) -> pb.DetectionRule:
    """Returns a rule as the contract has it."""
    content = rule.content
    return pb.DetectionRule(
        name=name(organization, rule.id),
        text=content.text,
        disabled=rule.disabled,
        kind=content.kind.name,
        rule_id=content.rule_id,
        title=content.title,
        level=content.level.name,
        status=content.status,
        product=content.product,
        category=content.category,
        service=content.service,
        tags=content.tags,
        path=rule.path,
        version=rule.version,
        create_time=rule.created_at,
        update_time=rule.updated_at,
        etag=etag(rule),
    )


def version(rule: str, kept: Version) -> pb.DetectionRuleVersion:
    """Returns a version of the rule of that name."""
    return pb.DetectionRuleVersion(
        name=f"{rule}/detectionRuleVersions/{kept.version}",
        text=kept.text,
        editor=kept.editor,
        create_time=kept.created_at,
    )


def refusal(refused: Refusal) -> pb.ImportDetectionRulesResponse.Refusal:
    """Returns what wasn't taken, and why."""
    return pb.ImportDetectionRulesResponse.Refusal(path=refused.place, rule_id=refused.id, reason=refused.reason)


def match(found: Match, rule: str) -> pb.TestDetectionRulesResponse.Match:
    """Returns a match of the rule of that name, or of one that has no name yet."""
    return pb.TestDetectionRulesResponse.Match(
        event=found.event,
        detection_rule=rule,
        rule_id=found.content.rule_id,
        title=found.content.title,
        level=found.content.level.name,
        reasons=[
            pb.TestDetectionRulesResponse.Reason(
                selection=reason.selection,
                field=reason.field,
                test=reason.test,
                value=reason.value,
                negated=reason.negated,
            )
            for reason in found.reasons
        ],
    )


def changed(verb: str, shown: pb.DetectionRule) -> Event:
    """Returns the event of a change, with the rule after it; its text is kept with its versions."""
    snapshot = pb.DetectionRule()
    snapshot.CopyFrom(shown)
    for field in _NOT_FOR_LOGS:
        snapshot.ClearField(field)
    summary = f"Detection rule {shown.title} was {verb}".replace("  ", " ")
    kind = shown.DESCRIPTOR.full_name
    return Event(f"detection_rule.{verb}", shown.name, summary, snapshot.SerializeToString(), kind)
