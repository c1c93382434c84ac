"""Pictures with their labels: YOLO text files, a folder's classes in ``classes.txt``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

Box = tuple[float, float, float, float]
"""``(x, y, width, height)`` as shares of the picture, the origin at the top left."""

HELMET: Final = "helmet"
HEAD: Final = "head"
PERSON: Final = "person"
VEST: Final = "vest"
SAME_AS: Final = {
    "hardhat": HELMET,
    "helmet": HELMET,
    "safetyhelmet": HELMET,
    "withhelmet": HELMET,
    "head": HEAD,
    "barehead": HEAD,
    "nohardhat": HEAD,
    "nohelmet": HEAD,
    "withouthelmet": HEAD,
    "person": PERSON,
    "people": PERSON,
    "worker": PERSON,
    "vest": VEST,
    "safetyvest": VEST,
}
"""Names that data sets give to what is measured here; every other class is left alone."""
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


class LabelError(Exception):
    """Labels cannot be read; names the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody drew: ``kind`` is one of the words above."""

    kind: str
    box: Box


@dataclass(frozen=True, slots=True)
class Photo:
    """A labelled picture."""

    file: Path
    labels: tuple[Label, ...]


def photos(folder: Path) -> list[Photo]:
    """Every picture of a folder with a label file beside it or in a sibling ``labels``.

    Raises:
        LabelError: There is none, or one cannot be read.
    """
    if not folder.is_dir():
        raise LabelError(f"{folder} is not a folder; give folders of pictures and YOLO labels")
    names = _classes(folder)
    found = []
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in PICTURES and (text := _label_file(file)) is not None:
            found.append(Photo(file, tuple(_labels(text, names))))
    if not found:
        raise LabelError(f"{folder} holds no picture with a label file of its name and .txt")
    return found


def _classes(folder: Path) -> list[str]:
    for file in (folder / "classes.txt", folder.parent / "classes.txt"):
        if file.is_file():
            lines = file.read_text(encoding="utf-8").split("\n")
            return [_plain(line) for line in lines if line.strip()]
    raise LabelError(
        f"{folder / 'classes.txt'} is absent: write there one class name a line, in the order of "
        "their numbers"
    )


def _plain(name: str) -> str:
    letters = "".join(c for c in name.lower() if c.isalnum())
    return SAME_AS.get(letters, letters)


def _label_file(picture: Path) -> Path | None:
    beside = picture.with_suffix(".txt")
    apart = picture.parent.parent / "labels" / beside.name
    return next((file for file in (beside, apart) if file.is_file()), None)


def _labels(file: Path, names: list[str]) -> list[Label]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            index, x, y, width, height = (float(word) for word in line.split())
            name = names[int(index)]
        except (ValueError, IndexError):
            raise LabelError(
                f"{file}:{number}: {line!r}: write 'class x y width height', classes from 0 to "
                f"{len(names) - 1} as in classes.txt, the rest as shares of the picture"
            ) from None
        found.append(Label(name, (x - width / 2, y - height / 2, width, height)))
    return found
