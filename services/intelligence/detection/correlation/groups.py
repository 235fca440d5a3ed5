"""The groups of one correlation, least recently touched first."""

from collections import OrderedDict
from collections.abc import Sequence

from services.intelligence.detection.correlation.model import Alert, Correlation, Entry
from services.intelligence.detection.correlation.windows import Window, window


class Groups:
    """The windows of a correlation's groups; `bytes` is what all take, about."""

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation
        self.windows: OrderedDict[tuple[str, ...], Window] = OrderedDict()
        self.bytes = 0

    def take(self, group: tuple[str, ...], entries: Sequence[Entry], time: int, most: int) -> tuple[Alert | None, int]:
        """Give a group its entries of one time; returns an alert where it fires, and how many entries were too many."""
        one = self.windows.get(group)
        if one is None:
            one = self.windows[group] = window(self.correlation, group)
        else:
            self.windows.move_to_end(group)
            self.bytes -= one.bytes
        evicted = one.add(entries, time, most)
        self.bytes += one.bytes
        return self._fire(one, time), evicted

    def expire(self, time: int) -> None:
        """Forget groups whose windows hold nothing any more."""
        while self.windows and self.oldest() < time - self.correlation.span:
            self.evict()

    def oldest(self) -> int:
        """When the group was touched that was touched the longest ago."""
        return next(iter(self.windows.values())).last

    def evict(self) -> None:
        """Forget that group."""
        _, one = self.windows.popitem(last=False)
        self.bytes -= one.bytes

    def _fire(self, one: Window, time: int) -> Alert | None:
        value = one.value()
        if not self.correlation.condition.holds(value):
            return None
        if time <= one.quiet:
            one.suppressed += 1
            return None
        suppressed, one.suppressed = one.suppressed, 0
        one.quiet = time + self.correlation.span
        return self._alert(one, time, float(value), suppressed)

    def _alert(self, one: Window, time: int, value: float, suppressed: int) -> Alert:
        rule = self.correlation
        group = tuple(zip(rule.group_by, one.group, strict=True))
        of = f" of {', '.join(rule.fields)}" if rule.fields else ""
        where = "".join(f", {name} {shown}" for name, shown in group)
        return Alert(
            correlation=rule.key,
            title=rule.title,
            level=rule.level,
            tags=rule.tags,
            start=time - rule.span,
            time=time,
            group=group,
            events=one.entries(),
            value=value,
            explanation=f"{rule.kind}{of} is {value:g} ({rule.condition}) within {rule.span // 1_000_000} s{where}",
            suppressed=suppressed,
        )
