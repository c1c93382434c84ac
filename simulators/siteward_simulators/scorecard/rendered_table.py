"""The result of an exam on simulated sites as people read it in a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from siteward_simulators.scorecard.rendered_score import FOUND_WITHIN, Count, Rendered


def render(result: Rendered) -> RenderableType:
    """Tables of faults, incidents and progress, then the verdict."""
    seeds = ", ".join(map(str, sorted(result.seeds)))
    parts: list[RenderableType] = [_faults(result, seeds), _incidents(result), _progress(result)]
    failures = result.failures()
    parts += [Text(f"✗ {failure}", "bold red") for failure in failures]
    if not failures:
        parts.append(Text("✓ all floors are met 全部达标", "bold green"))
    return Group(*parts)


def _faults(result: Rendered, seeds: str) -> Table:
    table = Table(title=f"Camera faults 摄像机故障 (seeds {seeds})", title_justify="left")
    table.add_column("", no_wrap=True, min_width=16)
    for name in ("planted", f"told in {FOUND_WITHIN:.0f} s", "slowest"):
        table.add_column(name, justify="right")
    for fault, delays in sorted(result.delays.items()):
        told = [d for d in delays if d is not None]
        in_time = sum(d <= FOUND_WITHIN for d in told)
        slowest = f"{max(told):.1f} s" if told else "–"
        table.add_row(fault, str(len(delays)), str(in_time), slowest)
    hours = f"{result.camera_hours:.0f} h of weather"
    table.add_row("false", hours, str(len(result.false_faults)), "")
    return table


def _incidents(result: Rendered) -> Table:
    table = Table(title="Incidents 隐患", title_justify="left")
    table.add_column("", no_wrap=True, min_width=16)
    for name in ("true", "found", "reported", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    for kind, count in sorted(result.incidents.items()):
        table.add_row(kind, *_cells(count))
    table.add_row("all", *_cells(result.all_incidents), style="bold")
    return table


def _cells(count: Count) -> tuple[str, ...]:
    shares = (_share(count.precision), _share(count.recall), _share(count.f1))
    return str(count.true), str(count.found), str(count.reported), *shares


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _progress(result: Rendered) -> Table:
    table = Table(title="Progress 进度", title_justify="left")
    table.add_column("", no_wrap=True, min_width=16)
    table.add_column("mean error", justify="right")
    for site, error in sorted(result.progress.items()):
        table.add_row(site, f"{error:.1f} points")
    return table
