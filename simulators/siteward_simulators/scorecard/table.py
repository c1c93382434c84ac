"""A score as people read it in a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from siteward_simulators.scorecard.score import Score
from siteward_simulators.scorecard.tally import Tally


def render(score: Score) -> RenderableType:
    """Tables of hazards, fund rules and progress, then the verdict."""
    seeds = ", ".join(map(str, score.seeds))
    parts: list[RenderableType] = [
        _tallies(f"Hazards 隐患 (seeds {seeds})", score.hazards),
        _tallies("Fund rules 资金规则", score.funds),
        _progress(score),
    ]
    failures = score.failures()
    parts += [Text(f"✗ {failure}", "bold red") for failure in failures]
    if not failures:
        parts.append(Text("✓ all floors are met 全部达标", "bold green"))
    return Group(*parts)


def _tallies(title: str, tallies: dict[str, Tally]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True, min_width=16)
    for name in ("true", "found", "reported", "precision", "recall", "median delay"):
        table.add_column(name, justify="right")
    for name, t in sorted(tallies.items()):
        delay = "–" if t.delay is None else f"{t.delay:.1f} s"
        counts = (str(t.true), str(t.found), str(t.reported))
        table.add_row(name, *counts, _share(t.precision), _share(t.recall), delay)
    return table


def _progress(score: Score) -> Table:
    table = Table(title="Camera progress against truth 影像进度误差", title_justify="left")
    table.add_column("seed/site")
    table.add_column("points", justify="right")
    for site, error in sorted(score.progress.items()):
        table.add_row(site, "not measured" if error is None else f"{error:+.1f}")
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
