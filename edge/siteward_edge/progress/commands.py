"""``siteward edge templates``, ``teach`` and ``timelapse``."""

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from siteward_contracts.config_file import ConfigError
from siteward_contracts.state_templates import (
    Template,
    TemplateError,
    as_yaml,
    steps,
    template_named,
)
from siteward_contracts.state_templates import templates as known_templates
from siteward_edge.config.agent import EdgeConfig, load_config
from siteward_edge.config.camera import Camera
from siteward_edge.progress import teach as teaching
from siteward_edge.progress import timelapse as film
from siteward_edge.progress.album import Album

FILE = click.argument("config", type=click.Path(path_type=Path, dir_okay=False))
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("name", required=False)
@click.option("--storeys", default=3, show_default=True, help="How many a building has.")
@click.option("--yaml", "as_file", is_flag=True, help="Print states as a zone may list them.")
def templates(name: str | None, storeys: int, as_file: bool) -> None:
    """List the state templates of kinds of projects, or print the one called NAME."""
    try:
        if name is None:
            for template in known_templates().values():
                click.echo(f"{template.name:18}{template.title.zh}  {template.title.en}")
            return
        template = template_named(name)
    except TemplateError as error:
        raise click.ClickException(str(error)) from error
    if as_file:
        click.echo(as_yaml(template, storeys), nl=False)
    else:
        _describe(template, storeys)


def _describe(template: Template, storeys: int) -> None:
    click.echo(f"{template.name}: {template.title.zh}, {template.title.en}")
    for step in steps(template, storeys):
        marks = ", accepted here" if step.acceptance else ""
        marks += ", no camera sees it" if step.unseen else ""
        click.echo(f"{step.percent:7.2f}  {step.code:16}{step.zh}  {step.en}{marks}")
    if not template.camera:
        click.echo(f"Nothing for cameras: {template.note}.")
        return
    click.echo(f"Share no camera can see: {template.unseen_weight:.0%}")
    if template.note:
        click.echo(template.note)


@click.command()
@FILE
@click.argument("camera")
@click.argument("zone")
@click.argument("state")
@click.argument(
    "pictures", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)
def teach(config: Path, camera: str, zone: str, state: str, pictures: tuple[Path, ...]) -> None:
    """Tell CAMERA that PICTURES show ZONE in STATE.

    Whole pictures of the camera, as they are; three to five of each state, in different light.
    A running agent learns them with the next picture it measures on.
    """
    failed = 0
    try:
        lesson = teaching.lesson(_camera(_load(config), camera), zone, state)
    except teaching.TeachError as error:
        raise click.ClickException(str(error)) from error
    for picture in pictures:
        try:
            kept = teaching.add(lesson, picture)
            click.echo(f"{picture}: {kept or 'known already'}")
        except (teaching.TeachError, OSError) as error:
            click.echo(f"{click.style('refused', fg='red')} {error}")
            failed += 1
    for line in teaching.verdict(lesson):
        click.echo(line)
    if failed:
        raise SystemExit(1)


@click.command()
@FILE
@click.argument("camera")
@click.option(
    "--from", "first", type=DAY, help="First day; that of the first picture unless given."
)
@click.option("--to", "last", type=DAY, help="Last day; that of the last picture unless given.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--fps", default=12, show_default=True, type=click.IntRange(1, 60))
@click.option("--width", default=1280, show_default=True, type=click.IntRange(160, 7680))
def timelapse(
    config: Path,
    camera: str,
    first: datetime | None,
    last: datetime | None,
    out: Path,
    fps: int,
    width: int,
) -> None:
    """Make an H.264 film of CAMERA's pictures of the day, one frame a day.

    Pictures are laid over one another, so that the film does not jump; days without a picture
    show the last one dimmed and say so.
    """
    settings = _load(config)
    device = _camera(settings, camera).device
    if settings.pictures is None:
        raise click.ClickException(f"{config} keeps no pictures; add pictures: {{path: ...}}")
    if out.suffix != ".mp4":
        raise click.ClickException(f"{out}: the film is an .mp4; name it so")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        pictures = Album(settings.pictures).pictures(device)
        shown = film.days(pictures, first.date() if first else None, last.date() if last else None)
        console = Console(stderr=True)
        with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
            for _ in progress.track(
                film.write(shown, out, fps, width), len(shown), description=device
            ):
                pass
    except (film.TimelapseError, OSError) as error:
        raise click.ClickException(str(error)) from error
    missing = sum(day.picture is None for day in shown)
    click.echo(
        f"{out}: {shown[0].day} to {shown[-1].day}, {len(shown)} days, {missing} without a picture"
    )


def _load(config: Path) -> EdgeConfig:
    try:
        return load_config(config)
    except ConfigError as error:
        raise click.ClickException(f"configuration refused\n{error}") from error


def _camera(settings: EdgeConfig, device: str) -> Camera:
    for camera in settings.cameras:
        if camera.device == device:
            return camera
    known = ", ".join(camera.device for camera in settings.cameras) or "none"
    raise click.ClickException(f"no camera {device!r}; known: {known}")
