"""Shows what came of the checks: a table for people, lines for a pipe, JSON for programs."""

import dataclasses
import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from siteward_edge.check.outcome import Check, Outcome, outcomes
from siteward_edge.check.sources import EXPECTED

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def run(checks: Sequence[Check], as_json: bool) -> list[Outcome]:
    """Tries everything, shows it, and returns the outcomes in the order of the checks."""
    screen, errors = Console(), Console(stderr=True)
    columns = (
        TextColumn("checking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    found: dict[str, Outcome] = {}
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("", total=len(checks))
        for outcome in outcomes(checks, EXPECTED):
            found[outcome.name] = outcome
            left = [check.name for check in checks if check.name not in found]
            bar.update(task, advance=1, description=", ".join(left))
    ordered = [found[check.name] for check in checks]
    if as_json:
        click.echo(
            json.dumps([dataclasses.asdict(o) for o in ordered], ensure_ascii=False, indent=2)
        )
    elif screen.is_terminal:
        screen.print(_table(ordered))
    else:
        for outcome in ordered:
            click.echo(f"{outcome.verdict:4} {outcome.name}: {outcome.text}")
    return ordered


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for outcome in outcomes:
        colour = _COLOURS[outcome.verdict]
        verdict = f"[{colour}]{outcome.verdict}[/{colour}]"
        table.add_row(verdict, f"[bold]{escape(outcome.name)}[/bold]", escape(outcome.text))
    return table
