"""Charts as SVG 1.1: bars of severities, without scripts, styles or anything from elsewhere.

HTML has them as they are; PDF and DOCX have them drawn by the same engine that sets the PDF.
"""

from collections.abc import Iterable, Sequence
from html import escape

from services.core.reports.model import COLORS, SEVERITIES, TITLES, Count, Deadlines

_FONT = 'font-family="Libertinus Serif, Georgia, serif" font-size="12"'
_INK, _FAINT, _GRID = "#1f2937", "#64748b", "#e2e8f0"
_WIDTH = 640
_LABEL_WIDTH, _ROW, _BAR = 300, 18, 12
_BASELINE = 13  # of a row, for texts of 12
_LONGEST_LABEL = 52
_PLOT_HEIGHT, _LEFT, _TOP, _BOTTOM = 110, 34, 12, 30
_DEADLINE_COLORS = ("#16a34a", "#d97706", "#2563eb", "#dc2626")
_DEADLINE_TITLES = ("Mended in time", "Mended late", "Open, in time", "Open, late")


def over_time(times: Sequence[Count]) -> str:
    """Returns columns of severities: how many findings were first seen when."""
    most = max((one.total for one in times), default=0) or 1
    step = (_WIDTH - _LEFT) / max(1, len(times))
    width = min(44.0, step * 0.7)
    parts = [*_grid(most)]
    for place, one in enumerate(times):
        x, y = _LEFT + place * step + (step - width) / 2, float(_TOP + _PLOT_HEIGHT)
        for severity, value in reversed(list(zip(SEVERITIES, one.values, strict=True))):
            height = value / most * _PLOT_HEIGHT
            y -= height
            parts.append(_box(x, y, width, height, COLORS[severity]))
        parts.append(_text(x + width / 2, _TOP + _PLOT_HEIGHT + 18, one.label, "middle", _FAINT))
    return _svg(_TOP + _PLOT_HEIGHT + _BOTTOM, parts, "Findings by severity and the time they were first seen")


def bars(counts: Sequence[Count], title: str) -> str:
    """Returns rows of severities: one bar for each name that has any."""
    most = max((one.total for one in counts), default=0) or 1
    rows = [(one.label, one.values, [COLORS[severity] for severity in SEVERITIES]) for one in counts if one.total]
    return _rows(rows, most, title)


def deadlines(found: Sequence[Deadlines]) -> str:
    """Returns rows of what was mended in time and late, is open in time, and is open past its time."""
    rows = [(TITLES[one.severity], _kept(one), list(_DEADLINE_COLORS)) for one in found]
    return _rows(rows, max((sum(values) for _, values, _ in rows), default=0) or 1, "Remediation in time, by severity")


def severity_legend() -> list[tuple[str, str]]:
    """Returns what the colours of severities mean: names and colours."""
    return [(TITLES[severity], COLORS[severity]) for severity in SEVERITIES]


def deadline_legend() -> list[tuple[str, str]]:
    """Returns what the colours of deadlines mean: names and colours."""
    return list(zip(_DEADLINE_TITLES, _DEADLINE_COLORS, strict=True))


def _rows(rows: Sequence[tuple[str, Sequence[int], list[str]]], most: int, title: str) -> str:
    room = _WIDTH - _LABEL_WIDTH - 44
    parts = []
    for place, (label, values, colors) in enumerate(rows):
        y, x = place * _ROW, float(_LABEL_WIDTH)
        parts.append(_text(_LABEL_WIDTH - 10, y + _BASELINE, _short(label), "end", _INK))
        for value, color in zip(values, colors, strict=True):
            width = value / most * room
            parts.append(_box(x, y + (_ROW - _BAR) / 2, width, _BAR, color))
            x += width
        parts.append(_text(x + 6, y + _BASELINE, str(sum(values)), "start", _FAINT))
    return _svg(max(1, len(rows)) * _ROW, parts, title)


def _kept(one: Deadlines) -> tuple[int, ...]:
    return one.mended, one.mended_late, one.in_time, one.late


def _grid(most: int) -> Iterable[str]:
    """Yields lines with whole numbers, at most five of them."""
    step = max(1, -(-most // 4))
    for value in range(0, most + 1, step):
        y = _TOP + _PLOT_HEIGHT - value / most * _PLOT_HEIGHT
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}" stroke="{_GRID}" stroke-width="1"/>'
        yield _text(_LEFT - 8, y + 4, str(value), "end", _FAINT)


def _box(x: float, y: float, width: float, height: float, color: str) -> str:
    if not width or not height:
        return ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'


def _text(x: float, y: float, text: str, anchor: str, color: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _svg(height: int, parts: Iterable[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" {_FONT}>{"".join(parts)}</svg>'
    )
