"""``siteward edge detect``: what a detector sees in pictures."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import cv2
import numpy as np
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.detector import ModelDetector
from siteward_edge.models.store import FOLDER
from siteward_edge.vision.annotate import annotated, encoded
from siteward_edge.vision.detectors import model_detector
from siteward_edge.vision.ports import Detector, ModelError, Scene

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture shows.

    Attributes:
        file: The picture.
        size: Its width and height in pixels.
        scene: What was found.
        seconds: How long it took.
    """

    file: Path
    size: tuple[int, int]
    scene: Scene
    seconds: float


class _Tiles(click.ParamType[tuple[int, int]]):
    name = "COLUMNSxROWS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        columns, _, rows = str(value).partition("x")
        if columns.isdecimal() and rows.isdecimal() and 1 <= int(columns) <= 6 >= int(rows) >= 1:
            return int(columns), int(rows)
        self.fail(f"{value!r}: write columns and rows from 1 to 6, e.g. 3x2", param, ctx)


@click.command()
@click.argument("pictures", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--model", required=True, help="Finds people; see 'siteward models list'.")
@click.option("--ppe", help="Finds helmets and vests on them.")
@click.option("--models", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
@click.option("--threshold", type=click.FloatRange(0, 1, True, True), help="Of a person.")
@click.option("--tiles", type=_Tiles(), default="1x1", show_default=True, help="E.g. 3x2.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and picture.")
@click.option(
    "--annotate",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write annotated pictures into this folder.",
)
def detect(
    pictures: tuple[Path, ...],
    model: str,
    ppe: str | None,
    models: Path,
    threshold: float | None,
    tiles: tuple[int, int],
    as_json: bool,
    annotate: Path | None,
) -> None:
    """Say what a detector sees in PICTURES, files or folders of them."""
    try:
        settings = ModelDetector(model=model, ppe=ppe, threshold=threshold, tiles=tiles)
        detector = model_detector(settings, models, always=True)
    except ValidationError as error:
        told = "; ".join(f"--{e['loc'][0]}: {e['msg']}" for e in error.errors())
        raise click.ClickException(told) from error
    except (ModelError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    files = list(_files(pictures))
    if not files:
        raise click.ClickException(f"no pictures there; known are {', '.join(sorted(SUFFIXES))}")
    if annotate is not None:
        annotate.mkdir(parents=True, exist_ok=True)
    unread: list[Path] = []
    rows: list[Seen] = []
    bar = track(files, "looking", console=Console(stderr=True), transient=True)
    for seen in _look(detector, bar, annotate, unread):
        if as_json:
            click.echo(json.dumps(_plain(seen), ensure_ascii=False))
        rows.append(seen)
    if not as_json:
        Console().print(_table(rows))
    for file in unread:
        click.echo(f"{file}: not a picture that can be read", err=True)
    if unread:
        raise click.exceptions.Exit(1)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
        else:
            yield path


def _look(
    detector: Detector, files: Iterable[Path], folder: Path | None, unread: list[Path]
) -> Iterator[Seen]:
    for file in files:
        # Not imread: it cannot open paths that are not in the system's encoding.
        data = np.frombuffer(file.read_bytes(), np.uint8)
        decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
        if decoded is None:
            unread.append(file)
            continue
        image = np.asarray(decoded, np.uint8)
        before = time.perf_counter()
        scene = detector.detect(image)
        seconds = time.perf_counter() - before
        if folder is not None:
            # The folder's name too: pictures of several folders may be called the same.
            name = f"{file.absolute().parent.name}-{file.stem}.jpg"
            (folder / name).write_bytes(encoded(annotated(image, scene)))
        yield Seen(file, (image.shape[1], image.shape[0]), scene, seconds)


def _plain(seen: Seen) -> dict[str, Any]:
    return {
        "picture": str(seen.file),
        "size": seen.size,
        "seconds": round(seen.seconds, 4),
        "people": [
            {
                "box": [round(v, 5) for v in person.box],
                "confidence": round(person.confidence, 3),
                "helmet": person.helmet,
                "vest": person.vest,
            }
            for person in seen.scene.people
        ],
        "things": [
            {
                "thing": thing.thing.value,
                "box": [round(v, 5) for v in thing.box],
                "confidence": round(thing.confidence, 3),
            }
            for thing in seen.scene.things
        ],
    }


def _table(rows: list[Seen]) -> Table:
    table = Table(caption="helmets and vests of people: worn/missing/cannot be told")
    table.add_column("picture", no_wrap=True)
    for name in ("people", "helmets", "vests"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("things")
    table.add_column("ms", justify="right", no_wrap=True)
    for row in rows:
        people, things = row.scene.people, Counter(t.thing.value for t in row.scene.things)
        table.add_row(
            f"{row.file.absolute().parent.name}/{row.file.name}",
            str(len(people)),
            _told([p.helmet for p in people]),
            _told([p.vest for p in people]),
            ", ".join(f"{n} {name}" for name, n in sorted(things.items())),
            f"{row.seconds * 1000:.0f}",
        )
    return table


def _told(worn: list[bool | None]) -> str:
    return "/".join(str(sum(w is verdict for w in worn)) for verdict in (True, False, None))
