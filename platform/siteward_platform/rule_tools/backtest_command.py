"""``siteward rules backtest``: tries packs on what was measured."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.config_file import ConfigError
from siteward_ingest.open_store import open_store
from siteward_ingest.series import StoreError
from siteward_platform.database.migrate import open_migrated
from siteward_platform.database.session import reading
from siteward_platform.refusals import RefusedError
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.rule_tools import backtest as tool
from siteward_platform.rule_tools.backtest import Backtest
from siteward_platform.rule_tools.candidate import candidate_packs
from siteward_platform.rule_tools.comparison import Raised, RuleComparison
from siteward_platform.settings import StoreSettings
from siteward_rules.alerts.precision import Judged

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="backtest")
@click.argument("packs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--from", "first", required=True, type=_DAY, help="First day (Shanghai).")
@click.option("--to", "last", required=True, type=_DAY, help="Last day, included.")
@click.option("--site", help="Only this project.")
@click.option(
    "--project-overrides/--no-project-overrides", "own", default=True, show_default=True,
    help="Whether projects' own overrides hold for the tried packs too.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every incident.")
def command(
    packs: tuple[Path, ...],
    first: datetime,
    last: datetime,
    site: str | None,
    own: bool,
    as_json: bool,
) -> None:
    """Try PACKS on what was measured, beside the rules now in force. Nothing is written.

    A pack replaces the shipped pack of its name. Settings come from the environment:
    SITEWARD_DATABASE_URL, SITEWARD_SERIES_URL and, if wanted, SITEWARD_SERIES_TOKEN.
    """
    start = first.replace(tzinfo=SHANGHAI)
    end = last.replace(tzinfo=SHANGHAI) + timedelta(days=1)
    if start >= end:
        raise click.UsageError(f"--to {last:%Y-%m-%d} is before --from {first:%Y-%m-%d}")
    try:
        found = _run(list(packs), start, end, site, own)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(f"{len(error.problems)} mistakes; nothing was tried") from error
    except (SQLAlchemyError, StoreError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except RefusedError as error:
        raise click.ClickException(f"{error.message}; {error.remedy}") from error
    if as_json:
        click.echo(json.dumps(as_data(found), ensure_ascii=False, default=str))
    else:
        _print(found)


def as_data(found: Backtest) -> dict[str, Any]:
    """The result as plain JSON values."""
    now, tried = found.episodes
    return {
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "sites": list(found.sites),
        "rules": [
            {
                **asdict(rule),
                "sites": {
                    site: {"now": asdict(a), "tried": asdict(b)}
                    for site, (a, b) in rule.sites.items()
                },
                "judged": _judged(rule.judged),
                "kept": _judged(rule.kept),
            }
            for rule in found.rules
        ],
        "left_out": dict(found.left_out),
        "incidents": {"now": [asdict(e) for e in now], "tried": [asdict(e) for e in tried]},
    }


def _run(
    packs: list[Path], start: datetime, end: datetime, site: str | None, own: bool
) -> Backtest:
    settings = _settings()
    shipped = shipped_packs()
    tried, say = candidate_packs(packs, shipped)
    token = settings.series_token.get_secret_value() if settings.series_token else None
    store = open_store(settings.series_url, token, read_only=True)
    database = open_migrated(settings.database_url)
    try:
        with reading(database) as session, _bar() as progress:
            on = tool.trials(session, shipped, tried, site, own)
            permits = tool.permits_of(session, shipped)
            return tool.backtest(session, store, on, permits, say, start, end, progress)
    finally:
        store.close()
        database.dispose()


def _settings() -> StoreSettings:
    try:
        return StoreSettings()
    except ValidationError as error:
        names = ", ".join(f"SITEWARD_{str(e['loc'][0]).upper()}" for e in error.errors())
        raise click.ClickException(f"not set or wrong: {names}") from error


@contextmanager
def _bar() -> Iterator[tool.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("days of data")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(found: Backtest) -> None:
    columns = ("rule", "now", "tried", "new", "gone", "longer", "shorter", "people said", "kept")
    table = Table(*columns, box=None)
    for rule in found.rules:
        table.add_row(
            rule.rule, _told(rule.now), _told(rule.tried), str(rule.new), str(rule.gone),
            str(rule.longer), str(rule.shorter), _said(rule.judged), _said(rule.kept),
        )  # fmt: skip
    console = Console()
    console.print(table)
    for rule in found.rules:
        console.print(_sentence(rule), highlight=False)
        for site, (now, tried) in rule.sites.items():
            console.print(f"  {site}: {_told(now)} -> {_told(tried)}", highlight=False)
    for id, why in found.left_out.items():
        console.print(f"{id} was not run: it {why}", highlight=False)


def _sentence(rule: RuleComparison) -> str:
    before, after = rule.now.incidents, rule.tried.incidents
    if before == after and not (rule.new or rule.gone or rule.longer or rule.shorter):
        return f"{rule.rule}: nothing would change ({before} incidents)"
    times = f", {after / before:.2f} times as many" if before else ""
    return f"{rule.rule}: {before} -> {after} incidents{times}"


def _told(raised: Raised) -> str:
    return f"{raised.incidents} ({raised.hours:g} h)"


def _said(judged: Judged) -> str:
    """Verdicts in words; a percent only where enough people judged."""
    parts = [
        f"{count} {word}"
        for count, word in (
            (judged.confirmed, "confirmed"),
            (judged.false_alarms, "false"),
            (judged.cannot_tell, "unsure"),
            (judged.unjudged, "unjudged"),
        )
        if count
    ]
    share = "" if judged.precision is None else f" = {judged.precision:.0%} right"
    return (", ".join(parts) or "no alerts") + share


def _judged(judged: Judged) -> dict[str, Any]:
    interval = judged.interval
    return {**asdict(judged), "precision": judged.precision, "interval": interval}
