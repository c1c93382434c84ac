"""``siteward scorecard sites``: what the platform reported against what was true."""

import tempfile
import time
from pathlib import Path

import click
import httpx
from rich.console import Console

from siteward_contracts.clock import utc_now
from siteward_simulators.scorecard import score, table
from siteward_simulators.scorecard.headless import NotReadyError, demo
from siteward_simulators.scorecard.reading import Platform
from siteward_simulators.scorecard.score import Score

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--data", type=_FOLDER, help="Data folder of a demo that runs.")
@click.option("--api", default="http://127.0.0.1:8000", show_default=True, help="Its address.")
@click.option("--seeds", help="Run the demo on each of these instead, e.g. 11,12,13.")
@click.option(
    "--minutes",
    type=float,
    default=2.0,
    show_default=True,
    help="With --seeds: how long to watch each after its claims were judged.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="scorecard.json",
    show_default=True,
    help="JSON file.",
)
def sites(data: Path | None, api: str, seeds: str | None, minutes: float, output: Path) -> None:
    """Compare what the platform reported with the simulators' truth."""
    try:
        if seeds is not None:
            result = score.together(_run(seed, minutes) for seed in _numbers(seeds))
        elif data is not None:
            result = _measure(data, api)
        else:
            raise click.UsageError("give --data of a running demo, or --seeds")
    except (NotReadyError, httpx.HTTPError, OSError) as error:
        raise click.ClickException(str(error)) from error
    score.write(output, result)
    Console().print(table.render(result))
    if result.failures():
        raise click.exceptions.Exit(1)


def _run(seed: int, minutes: float) -> Score:
    with tempfile.TemporaryDirectory(prefix=f"siteward-{seed}-") as folder:
        click.echo(f"seed {seed}: starting the demo", err=True)
        with demo(Path(folder), seed) as api:
            time.sleep(minutes * 60)
            return _measure(Path(folder), api)


def _measure(data: Path, api: str) -> Score:
    with Platform(api) as platform:
        return score.measure(data, platform, utc_now().timestamp())


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"--seeds {text!r}: write whole numbers, e.g. 11,12,13") from None
