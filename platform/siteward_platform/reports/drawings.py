"""Charts of a report as SVG: lines, bars over time, bars side by side.

Drawn here and not by a plotting library: three charts need a hundred lines, matplotlib would add
60 MB to a server that has no other use for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

INK: Final = "#33454f"
PALE: Final = "#dfe6ea"
GREY, TEAL, ORANGE, RED, GREEN, BLUE = (
    "#8798a3", "#0b6b7d", "#c76a12", "#b3261e", "#2e7d4f", "#3b6fb6",
)  # fmt: skip
Place = Callable[[date], float]
Height = Callable[[float], float]
_WIDTH: Final = 720.0
_TEXT: Final = 'font-family="Noto Sans CJK SC" font-size="11"'
_SMALL: Final = 'font-family="Noto Sans CJK SC" font-size="8"'


@dataclass(frozen=True, slots=True)
class Line:
    """A line over days; ``step`` holds a value until the next."""

    name: str
    colour: str
    points: Sequence[tuple[date, float]]
    dashed: bool = False
    step: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A bar over time, with the share of it that is filled (0 to 1)."""

    start: float
    end: float
    colour: str
    filled: float | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of bars and of marks (place, colour) over time."""

    name: str
    spans: Sequence[Span] = ()
    marks: Sequence[tuple[float, str]] = ()


def lines_over_days(lines: Sequence[Line], unit: str, today: date, today_name: str) -> str:
    """Lines over days with a legend, round values at the left and a line at today."""
    days = [day for line in lines for day, _ in line.points] or [today]
    first, last = min(days), max(*days, today, min(days) + timedelta(days=1))
    top = _round_up(max((v for line in lines for _, v in line.points), default=1.0))
    left, right, upper, lower = 58.0, _WIDTH - 26, 34.0, 268.0

    def x(day: date) -> float:
        return left + (right - left) * (day - first).days / (last - first).days

    def y(value: float) -> float:
        return lower - (lower - upper) * value / top

    parts = [_label(left - 50, 20, unit)]
    for n in range(5):
        value = top * n / 4
        parts.append(_rule(left, y(value), right, y(value), PALE))
        parts.append(_label(left - 6, y(value) + 4, f"{value:,.0f}", "end"))
    parts += _months(first, last, x, upper, lower)
    parts.append(_rule(x(today), upper, x(today), lower, INK))
    parts.append(_label(x(today) - 4, upper + 10, today_name, "end"))
    for n, line in enumerate(lines):
        parts.append(_path(line, x, y))
        parts.append(_rule(left + 40 + n * 112, 16, left + 62 + n * 112, 16, line.colour, 3))
        parts.append(_label(left + 67 + n * 112, 20, line.name))
    return _svg(300, parts)


def lanes_over_days(
    lanes: Sequence[Lane], first: date, last: date, today: date | None = None
) -> str:
    """Bars and marks over time, a lane to a row; places are days since ``first``."""
    left, right, upper, row = 150.0, _WIDTH - 26, 22.0, 20.0
    lower = upper + row * max(1, len(lanes))
    length = max(1, (last - first).days)

    def at(place: float) -> float:
        return left + (right - left) * min(max(place / length, 0.0), 1.0)

    def x(day: date) -> float:
        return at((day - first).days)

    parts = _months(first, last, x, upper, lower)
    for n, lane in enumerate(lanes):
        top = upper + n * row
        parts.append(_label(left - 8, top + 14, lane.name[:14], "end"))
        parts.append(_rule(left, top + row, right, top + row, PALE))
        for span in lane.spans:
            begin, width = at(span.start), max(0.8, at(span.end) - at(span.start))
            share = 1.0 if span.filled is None else span.filled
            if span.filled is not None:
                parts.append(_box(begin, top + 5, width, row - 10, span.colour, 0.28))
            parts.append(_box(begin, top + 5, width * share, row - 10, span.colour))
        for place, colour in lane.marks:
            c, m = at(place), top + row / 2
            corners = f"{c},{m - 6} {c + 6},{m} {c},{m + 6} {c - 6},{m}"
            parts.append(f'<polygon points="{corners}" fill="{colour}"/>')
    if today is not None:
        parts.append(_rule(x(today), upper, x(today), lower, INK))
    return _svg(lower + 24, parts)


def bars_side_by_side(
    groups: Sequence[tuple[str, Sequence[float | None]]], names: Sequence[str]
) -> str:
    """Percents of several things, a group of bars to a thing."""
    colours = (GREY, BLUE, TEAL, ORANGE)
    left, right, upper, bar = 170.0, _WIDTH - 50, 34.0, 9.0
    height = bar * len(names) + 10
    parts: list[str] = []
    for n, name in enumerate(names):
        parts.append(_box(left + n * 110, 10, 12, 10, colours[n]))
        parts.append(_label(left + 17 + n * 110, 20, name))
    for g, (name, values) in enumerate(groups):
        top = upper + g * height
        parts.append(_label(left - 8, top + height / 2 + 2, name[:15], "end"))
        parts.append(_box(left, top, right - left, height - 10, "#f2f5f7"))
        for n, value in enumerate(values):
            if value is None:
                continue
            width = (right - left) * min(value, 100) / 100
            parts.append(_box(left, top + n * bar, width, bar - 1.5, colours[n]))
            text = f'<text x="{left + width + 4:.1f}" y="{top + n * bar + 7.5:.1f}"'
            parts.append(f'{text} {_SMALL} fill="{INK}">{value:.0f}</text>')
    return _svg(upper + height * max(1, len(groups)), parts)


def _svg(height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}"'
    return f'{head} width="{_WIDTH:g}" height="{height:g}">{"".join(parts)}</svg>'


def _label(x: float, y: float, text: str, anchor: str = "start") -> str:
    place = f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'{place} {_TEXT} fill="{INK}">{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"/>'


def _box(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{colour}" fill-opacity="{opacity:g}"/>'


def _path(line: Line, x: Place, y: Height) -> str:
    points = [(x(day), y(value)) for day, value in line.points]
    if not points:
        return ""
    steps = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for across, up in points[1:]:
        steps.append(f"H{across:.1f}V{up:.1f}" if line.step else f"L{across:.1f} {up:.1f}")
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    return f'<path d="{"".join(steps)}" fill="none" stroke="{line.colour}" stroke-width="2"{dash}/>'


def _months(first: date, last: date, x: Place, upper: float, lower: float) -> list[str]:
    """A rule and a name at each month, or at each third where they would touch; days in a month."""
    if (last - first).days <= 45:
        marks = [first + timedelta(n) for n in range(0, (last - first).days + 1, 5)]
        names = [mark.strftime("%m-%d") for mark in marks]
    else:
        months = range(first.year * 12 + first.month, last.year * 12 + last.month)
        every = 1 + len(months) // 13
        marks = [date(m // 12, m % 12 + 1, 1) for m in months if m % every == 0]
        names = [mark.strftime("%Y-%m") for mark in marks]
    parts = []
    for mark, name in zip(marks, names, strict=True):
        parts.append(_rule(x(mark), upper, x(mark), lower, PALE))
        parts.append(_label(x(mark), lower + 16, name, "middle"))
    return parts


def _round_up(top: float) -> float:
    """The next round number above, in quarters people can read."""
    step = 4.0
    while step * 10 < top:
        step *= 10
    return next(step * n for n in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10) if step * n >= top)
