"""Compiles one document: pySigma reads it, the pipelines fit it to what Windows logs, and the outcome is converted."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar, cast

from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.pipelines.sysmon.sysmon import sysmon_pipeline
from sigma.pipelines.windows.windows import windows_logsource_pipeline
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation
from sigma.rule import SigmaRule

from services.intelligence.detection.log_sources import LogSource
from services.intelligence.detection.sigma.expressions import Any, Expression, Rule
from services.intelligence.detection.sigma.parsing.conversion import Converter
from services.intelligence.detection.sigma.parsing.documents import Document
from services.intelligence.detection.sigma.parsing.refusals import Refused

Result = TypeVar("Result")

Placeholders = Mapping[str, Sequence[str]]
"""What `%name%` stands for under the modifier `expand`."""


class Compiler:
    """Compiles rules after the given filters (documents with `filter`) and placeholders."""

    def __init__(self, filters: Sequence[Document] = (), placeholders: Placeholders | None = None) -> None:
        self._filters = filters
        self._pipeline = _pipeline()
        if placeholders:
            self._pipeline += ProcessingPipeline(
                items=[ProcessingItem(ValueListPlaceholderTransformation())],
                vars={name: list(values) for name, values in placeholders.items()},
            )

    def compile(self, document: Document) -> Rule:
        """The compiled form of a rule's document; raises `Refused`."""
        return refusing(lambda: self._compile(document))

    def _compile(self, document: Document) -> Rule:
        rule = SigmaRule.from_dict(dict(document))
        for filtering in self._filters:
            # Read anew for each rule: pySigma puts the filter's own objects into the rule, and pipelines change them.
            rule = cast("SigmaRule", SigmaFilter.from_dict(dict(filtering)).apply_on_rule(rule))
        self._pipeline.apply(rule)
        return _rule(rule)


def refusing(work: Callable[[], Result]) -> Result:
    """What the work returns; whatever pySigma raises at hostile input becomes `Refused`."""
    try:
        return work()
    except SigmaError as error:
        raise Refused(f"{type(error).__name__.removeprefix('Sigma')}: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise Refused("nested too deep") from None
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError) as error:
        # pySigma trusts the shape of what it reads in places.
        raise Refused(f"not a Sigma rule: {error}") from None


@cache
def _parts() -> tuple[ProcessingPipeline, ProcessingPipeline]:
    return sysmon_pipeline(), windows_logsource_pipeline()


def _pipeline() -> ProcessingPipeline:
    sysmon, windows = _parts()
    return sysmon + windows


def _rule(rule: SigmaRule) -> Rule:
    converter = Converter()
    source = rule.logsource
    return Rule(
        id=str(rule.id or ""),
        name=str(rule.name or ""),
        title=str(rule.title or ""),
        level=str(rule.level.name).lower() if rule.level else "",
        tags=tuple(map(str, rule.tags)),
        source=LogSource(source.product, source.category, source.service),
        condition=_either([converter.expression(condition.parsed) for condition in rule.detection.parsed_condition]),
    )


def _either(conditions: Sequence[Expression]) -> Expression:
    return conditions[0] if len(conditions) == 1 else Any(tuple(conditions))
