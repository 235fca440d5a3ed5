"""What is left of a rule once an event's class (its channel and number) is known."""

from collections.abc import Mapping

from services.intelligence.detection.sigma.expressions import ALWAYS, NEVER, All, Any, Atom, Expression, Not, Refers
from services.intelligence.detection.sigma.matching.evaluation import holds

DISCRIMINATORS = ("Channel", "EventID")


def simplify(expression: Expression, known: Mapping[str, object]) -> Expression:
    """The expression with the fields in `known` (absent where None) decided; `ALWAYS` or `NEVER` where all is."""
    match expression:
        case Atom(field, test):
            if field not in known or isinstance(test, Refers):
                return expression
            return ALWAYS if holds(expression, known) else NEVER
        case Not(arg):
            left = simplify(arg, known)
            return NEVER if left is ALWAYS else ALWAYS if left is NEVER else Not(left)
        case All(args):
            return _joined(All, args, known, ends=NEVER, skipped=ALWAYS)
        case Any(args):
            return _joined(Any, args, known, ends=ALWAYS, skipped=NEVER)


def _joined(
    kind: type[All] | type[Any],
    args: tuple[Expression, ...],
    known: Mapping[str, object],
    *,
    ends: Expression,
    skipped: Expression,
) -> Expression:
    left: list[Expression] = []
    for arg in args:
        one = simplify(arg, known)
        if one is ends:
            return ends
        if one is not skipped:
            left.append(one)
    if not left:
        return skipped
    return left[0] if len(left) == 1 else kind(tuple(left))
