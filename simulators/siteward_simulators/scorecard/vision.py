"""``siteward scorecard vision``: how well the agent sees, on pictures whose truth is known."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from siteward_simulators.scorecard import photo_table, rendered_table
from siteward_simulators.scorecard.detections import DetectorError, detections
from siteward_simulators.scorecard.labels import LabelError, photos
from siteward_simulators.scorecard.photo_score import PhotoScore, together
from siteward_simulators.scorecard.rendered_replay import ReplayError
from siteward_simulators.scorecard.vision_rendered import PARTS, Exam, examine
from siteward_simulators.world.scenario_file import load_scenarios

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("labelled", metavar="[PHOTOS]...", type=FOLDER, nargs=-1)
@click.option("--model", default="yolox-nano", show_default=True, help="Finds people.")
@click.option("--ppe", default="ppe14-yolov8n", show_default=True, help="Finds helmets.")
@click.option("--models", type=FOLDER, help="Folder of models; the agent's usual one if not given.")
@click.option("--tiles", help="As in the agent's configuration, e.g. 3x2.")
@click.option("--threshold", help="Least confidence of a person.")
@click.option("--rendered", metavar="SEEDS", help="Simulated sites of these seeds, e.g. 31,32,33.")
@click.option(
    "--hours",
    type=click.FloatRange(0, 240),
    default=24.0,
    show_default=True,
    help="With --rendered: hours of weather for each camera.",
)
@click.option("--site", "sites", multiple=True, help="With --rendered: only this site.")
@click.option(
    "--cameras",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="With --rendered: of each site at most, another one for each seed.",
)
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    default=PARTS,
    show_default=True,
    help="With --rendered: only this part.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="scorecard-vision.json",
    show_default=True,
    help="JSON file.",
)
def vision(
    labelled: tuple[Path, ...],
    model: str,
    ppe: str,
    models: Path | None,
    tiles: str | None,
    threshold: str | None,
    rendered: str | None,
    hours: float,
    sites: tuple[str, ...],
    cameras: int,
    parts: tuple[str, ...],
    output: Path,
) -> None:
    """Measure how well the agent sees; fails under the floors.

    The detector on folders of PHOTOS with YOLO labels, or the whole agent on simulated sites:
    false faults in hours of weather, planted faults, hazards and progress.
    """
    if rendered is not None:
        if labelled:
            raise click.UsageError("give either folders of pictures or --rendered")
        exam = Exam(hours=hours, sites=sites, cameras=cameras, parts=parts)
        _on_rendered(rendered, exam, output)
        return
    if not labelled:
        raise click.UsageError("give folders of labelled pictures, or --rendered SEEDS")
    options = ["--model", model, "--ppe", ppe]
    for name, value in (("--models", models), ("--tiles", tiles), ("--threshold", threshold)):
        if value is not None:
            options += [name, str(value)]
    try:
        scores = {folder.name: on_photos(folder, options) for folder in labelled}
    except (LabelError, DetectorError, OSError) as error:
        raise click.ClickException(str(error)) from error
    total = together(scores.values())
    write(output, {"options": options, "photos": _plain(scores, total)})
    Console().print(photo_table.render(scores, total))
    if total.failures():
        raise click.exceptions.Exit(1)


def _on_rendered(seeds: str, exam: Exam, output: Path) -> None:
    try:
        numbers = [int(part) for part in seeds.split(",")]
    except ValueError:
        raise click.UsageError(f"--rendered {seeds!r}: write whole numbers, e.g. 31,32") from None
    known = {scenario.site for scenario in load_scenarios()}
    if unknown := set(exam.sites) - known:
        raise click.UsageError(
            f"no site {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )
    try:
        result = examine(numbers, exam, Console(stderr=True))
    except (ReplayError, OSError) as error:
        raise click.ClickException(str(error)) from error
    write(output, {"rendered": result.as_json()})
    Console().print(rendered_table.render(result))
    if result.failures():
        raise click.exceptions.Exit(1)


def on_photos(folder: Path, options: Sequence[str]) -> PhotoScore:
    """Scores one folder.

    Raises:
        LabelError: Its labels cannot be read.
        DetectorError: The detector could not be run.
    """
    truth = {photo.file: photo.labels for photo in photos(folder)}
    score = PhotoScore()
    found = detections(list(truth), options)
    console = Console(stderr=True)
    for file, seen in track(found, folder.name, len(truth), console=console, transient=True):
        score.add(truth[file], seen)
    return score


def write(file: Path, result: dict[str, Any]) -> None:
    """Writes the result as JSON."""
    file.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _plain(scores: dict[str, PhotoScore], total: PhotoScore) -> dict[str, Any]:
    return {name: score.as_json() for name, score in scores.items()} | {"together": total.as_json()}
