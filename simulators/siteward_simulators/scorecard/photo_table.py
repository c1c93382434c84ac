"""A score on labelled pictures as people read it in a terminal."""

from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from siteward_simulators.scorecard.photo_score import FLOORS, MOST_UNKNOWN, PhotoScore


def render(scores: dict[str, PhotoScore], total: PhotoScore) -> RenderableType:
    """Tables of the figures with floors and of people by height, then the verdict."""
    parts: list[RenderableType] = [_figures(scores, total), _heights(total)]
    failures = total.failures()
    parts += [Text(f"✗ {failure}", "bold red") for failure in failures]
    if not failures:
        parts.append(Text("✓ all floors are met 全部达标", "bold green"))
    return Group(*parts)


def _figures(scores: dict[str, PhotoScore], total: PhotoScore) -> Table:
    table = Table(title="Helmets and bare heads 安全帽识别", title_justify="left")
    table.add_column("")
    table.add_column("floor", justify="right")
    columns = scores if len(scores) == 1 else {**scores, "together": total}
    for name in columns:
        table.add_column(name, justify="right")
    for figure, floor in FLOORS.items():
        cells = [_share(score.figures()[figure]) for score in columns.values()]
        table.add_row(figure.replace("_", " "), f"{floor:.2f}", *cells)
    unknown = [_share(score.unknown_share) for score in columns.values()]
    table.add_row("bare heads left untold", f"< {MOST_UNKNOWN:.2f}", *unknown)
    counts: dict[str, Callable[[PhotoScore], str]] = {
        "helmets found / labelled": lambda s: _of(
            s.things["helmet"].found, s.things["helmet"].true
        ),
        "bare found / told / untold": lambda s: (
            f"{_of(s.bare.found, s.bare.true)} / {s.bare_unknown}"
        ),
        "false bare heads": lambda s: str(s.bare.reported - s.bare.right),
        "helmets left untold": lambda s: _of(s.covered_unknown, s.covered),
        "vests found / labelled": lambda s: _of(s.things["vest"].found, s.things["vest"].true),
        "ms a picture": lambda s: f"{1000 * s.seconds / max(1, s.pictures):.0f}",
    }
    for name, cell in counts.items():
        table.add_row(name, "", *(cell(score) for score in columns.values()))
    return table


def _heights(total: PhotoScore) -> Table:
    table = Table(title="People found by height in pixels 人员检出率", title_justify="left")
    table.add_column("measured by")
    table.add_column("pixels", justify="right")
    table.add_column("found / labelled", justify="right")
    table.add_column("recall", justify="right")
    rows = total.as_json()
    for name, key in (
        ("the person", "person_recall_by_height"),
        ("the head", "person_recall_by_head_height"),
    ):
        for pixels, row in rows[key].items():
            table.add_row(name, pixels, _of(row["found"], row["true"]), _share(row["recall"]))
    return table


def _of(some: int, all_: int) -> str:
    return f"{some} / {all_}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
