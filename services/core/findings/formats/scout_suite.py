"""ScoutSuite's results (github.com/nccgroup/ScoutSuite/wiki/Using-a-report; ScoutSuite/core/processingengine.py).

The file is a script: `scoutsuite_results =` and then JSON. Each rule lists the things that it flagged by their paths
below `services`, such as `s3.buckets.shop.acl`, whose form the rule's own path gives (`s3.buckets.id`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.format import Format, each, required
from services.core.findings.formats.kernel.head import Head
from services.core.findings.formats.kernel.locations import Resource
from services.core.findings.formats.kernel.model import Entry, Reported, Tool
from services.core.findings.formats.kernel.record import Record
from services.core.findings.formats.kernel.source import Source
from services.core.findings.formats.kernel.texts import plain
from services.core.findings.formats.kernel.words import instant, severity
from services.core.findings.formats.readers.json import json_texts, json_values

_SEVERITIES = {"danger": Severity.HIGH, "warning": Severity.MEDIUM, "success": Severity.INFO}
_ABOUT = ("account_id", "provider_code", "last_run.version", "last_run.time")


def _read(source: Source) -> Iterator[Entry]:
    # A results file saved as JSON has no name before it.
    report = replace(source, skip=max(source.head.start.find(b"{"), 0))
    about = {path: text for (path, _), text in json_texts(report, *_ABOUT).items()}
    return each(json_values(report, "services.*.findings.*"), partial(_rule, about))


def _rule(about: Mapping[str, str], record: Record) -> Iterator[Reported]:
    rule, level = record.node, record.node.text("level")
    for item in dict.fromkeys(rule.texts("items")):
        yield Reported(
            tool=Tool("ScoutSuite", about.get("last_run.version", "")),
            check=str(record.indices[-1]),
            title=rule.text("description"),
            location=_resource(about, required(item, "items"), rule.first("display_path", "path")),
            description=plain(rule.text("rationale")),
            remediation=plain(rule.text("remediation")),
            evidence=item,
            references=rule.texts("references"),
            severity=severity(level, others=_SEVERITIES),
            tool_severity=level,
            seen_at=instant(about.get("last_run.time", ""), "%Y-%m-%d %H:%M:%S%z"),
        )


def _resource(about: Mapping[str, str], item: str, path: str) -> Resource:
    """Returns the thing, as its service and the names that stand for `id` in the rule's path say, but for the region.

    Names may hold dots: where a path can't be laid on the item's, the item is the name.
    """
    provider, account = about.get("provider_code", ""), about.get("account_id", "")
    form, names = path.split("."), item.split(".")
    if len(names) < len(form) or any(a not in {"id", b} for a, b in zip(form, names, strict=False)):
        return Resource(item, provider, account)
    named = [(form[at - 1], names[at]) for at in range(1, len(form)) if form[at] == "id"]
    region = next((name for kind, name in named if kind == "regions"), "")
    ours = [(kind, name) for kind, name in named if kind not in {"regions", "projects", "subscriptions"}]
    if not ours:
        return Resource(form[0], provider, account, region)
    return Resource("/".join((form[0], *(name for _, name in ours))), provider, account, region, ours[-1][0])


def _recognizes(head: Head) -> bool:
    script = head.start.lstrip().startswith(b"scoutsuite_results")
    return script or head.json.has("account_id", "last_run.ruleset_name", "provider_code")


FORMAT = Format(
    name="scout-suite", title="ScoutSuite results", endings=("js", "json"), recognizes=_recognizes, read=_read
)
