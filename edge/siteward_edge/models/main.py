"""``siteward models``: which models there are, whether they work, and getting them."""

import re
import time
from pathlib import Path
from statistics import median
from typing import Final

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from siteward_contracts.config_file import ConfigError
from siteward_edge.models import store
from siteward_edge.models.fetch import FetchError, fetch, read_page
from siteward_edge.models.manifest import NAME_PATTERN
from siteward_edge.models.store import Model
from siteward_edge.vision.ports import Image, ModelError

RUNS: Final = 5
"""Runs a model is timed over; the median is told."""

FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=store.FOLDER,
    show_default=True,
    help="Where models lie.",
)


@click.group()
def command() -> None:
    """List, check and fetch detection models."""


@command.command("list")
@FOLDER
def list_models(folder: Path) -> None:
    """Say which models are known and which are there."""
    table = Table()
    for name in ("name", "layout", "licence", "MB", "state", "finds"):
        table.add_column(
            name,
            no_wrap=name == "name",
            overflow="fold",
            justify="right" if name == "MB" else "left",
        )
    cautions, wrong = [], []
    for name in store.names(folder):
        try:
            model = store.find(name, folder)
        except ConfigError as error:
            wrong.append(str(error))
            table.add_row(name, "", "", "", "[red]manifest wrong", "")
            continue
        manifest = model.manifest
        if manifest.caution:
            cautions.append(f"{name} is {manifest.licence}: {manifest.caution}")
        size = f"{model.path.stat().st_size / 1e6:.1f}" if model.path.is_file() else ""
        table.add_row(
            name,
            manifest.layout,
            f"[yellow]{manifest.licence}" if manifest.caution else manifest.licence,
            size,
            _state(model),
            ", ".join(sorted(manifest.finds)),
        )
    Console().print(table)
    for line in cautions:
        click.echo(line)
    if wrong:
        raise click.ClickException("\n".join(wrong))


@command.command()
@click.argument("names", nargs=-1)
@FOLDER
@click.option(
    "--picture", type=click.Path(dir_okay=False, path_type=Path), help="To run instead of noise."
)
def check(names: tuple[str, ...], folder: Path, picture: Path | None) -> None:
    """Load models and run each on one picture; all that are there unless NAMES are given."""
    image = _noise() if picture is None else _read(picture)
    failed = tried = 0
    for name in names or store.names(folder):
        try:
            model = store.find(name, folder)
            if not names and not model.path.exists():
                continue
            tried += 1
            told = _tried(model, image)
            mark = click.style("ok  ", fg="green")
        except (ModelError, ConfigError) as error:
            failed += 1
            told, mark = str(error), click.style("FAIL", fg="red")
        click.echo(f"{mark} {name}: {told}")
    if failed:
        raise click.exceptions.Exit(1)
    if not tried:
        raise click.ClickException(
            f"no model lies in {folder}; run 'siteward models fetch NAME --folder {folder}'"
        )


@command.command("fetch")
@click.argument("model", metavar="NAME|URL")
@FOLDER
@click.option("--from", "mirror", metavar="URL", help="Another address of the same file.")
def fetch_model(model: str, folder: Path, mirror: str | None) -> None:
    """Download a model by its NAME, or by the URL of its manifest or of a known file.

    A broken download is gone on with, now and at the next call. A file with another hash than
    its manifest's is not kept.
    """
    try:
        found = _by_url(model, folder) if "://" in model else store.find(model, folder)
        manifest = found.manifest
        url = mirror or manifest.source
        if url is None:
            raise FetchError(
                f"nobody offers {found.name} for download; put "
                f"{manifest.file} into {folder}, or give its address with --from"
            )
        if found.path.exists() and _state(found) == PRESENT:
            click.echo(f"{found.path} is there already")
        else:
            _download(url, found)
            click.echo(f"{found.path}: {found.path.stat().st_size} bytes, hash as it should be")
    except (ModelError, ConfigError, FetchError, OSError) as error:
        raise click.ClickException(str(error)) from error
    caution = f"; {manifest.caution}" if manifest.caution else ""
    click.echo(f"licence {manifest.licence}{caution}")


PRESENT: Final = "present"


def _state(model: Model) -> str:
    if not model.path.exists():
        return "absent" if model.manifest.source else "absent, not offered"
    try:
        model.read()
    except ModelError:
        return "[red]wrong hash"
    return PRESENT


def _tried(model: Model, image: Image) -> str:
    # Imported only here: onnxruntime takes a second that listing need not wait for.
    from siteward_edge.vision.network import Network, merged

    network = Network(model)
    height, width = image.shape[:2]
    seconds = []
    for _ in range(RUNS):
        before = time.perf_counter()
        found = merged([network.look(image, (0, 0, width, height))])
        seconds.append(time.perf_counter() - before)
    return (
        f"{network.shapes}, {median(seconds) * 1000:.0f} ms a run on one thread, "
        f"{len(found.boxes)} findings in {width}x{height}"
    )


def _noise() -> Image:
    return np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)


def _read(file: Path) -> Image:
    try:
        data = np.frombuffer(file.read_bytes(), np.uint8)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise click.ClickException(f"{file}: not a picture that can be read")
    return np.asarray(image, np.uint8)


def _by_url(url: str, folder: Path) -> Model:
    """The model whose file or whose manifest lies at an address."""
    for name in store.names(folder):
        model = store.find(name, folder)
        if model.manifest.source == url:
            return model
    name, _, suffix = url.split("?")[0].rsplit("/", 1)[-1].rpartition(".")
    if suffix not in ("yaml", "yml") or not re.fullmatch(NAME_PATTERN, name):
        raise FetchError(
            f"no manifest is known for {url}; write one (docs/models.md), so that its hash, "
            "licence and classes are known, and fetch it by its name"
        )
    return store.adopt(name, read_page(url), folder)


def _download(url: str, model: Model) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TransferSpeedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(model.name, total=None)
        fetch(
            url,
            model.path,
            model.manifest.sha256,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
