"""The folder of models: which are known, and what lies there."""

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from siteward_contracts import config_file
from siteward_edge.models.manifest import Manifest
from siteward_edge.vision.ports import ModelError

FOLDER: Final = Path("/var/lib/siteward/models")
"""Where an agent looks unless its configuration says otherwise."""
KNOWN: Final = Path(__file__).parent / "known"
"""Manifests that come with the software; a folder's own page of the same name goes first."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model by name.

    Attributes:
        name: As configurations say it.
        manifest: What it is; of several exports, the one that is there.
        path: Where its file is, or would be.
    """

    name: str
    manifest: Manifest
    path: Path

    def read(self) -> bytes:
        """Its file, once it is sure to be the right one.

        Raises:
            ModelError: With what is wrong and what to do.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelError(
                f"{self.path} cannot be read: {error.strerror}; {self._remedy()}"
            ) from error
        found = hashlib.sha256(content).hexdigest()
        if found != self.manifest.sha256:
            raise ModelError(
                f"{self.path} hashes to {found}, not {self.manifest.sha256}; it is another model "
                f"or damaged: {self._remedy()}"
            )
        return content

    def _remedy(self) -> str:
        if self.manifest.source is None:
            return "put the right file there, it is not offered for download"
        return f"run 'siteward models fetch {self.name} --folder {self.path.parent}'"


def names(folder: Path) -> list[str]:
    """Every known model, sorted."""
    pages = [*KNOWN.glob("*.yaml"), *folder.glob("*.yaml")]
    return sorted({page.stem for page in pages})


def find(name: str, folder: Path) -> Model:
    """The model of a name.

    Raises:
        ModelError: Nothing is known by that name.
        ConfigError: Its manifest is wrong; every mistake with its line.
    """
    for page in (folder / f"{name}.yaml", KNOWN / f"{name}.yaml"):
        if page.is_file():
            manifest = _the_one_there(config_file.load(page, Manifest), folder)
            return Model(name, manifest, folder / manifest.file)
    known = names(folder)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise ModelError(
        f"no model {name!r} is known; {meant}known: {', '.join(known)}; or describe it in "
        f"{folder / name}.yaml"
    )


def _the_one_there(manifest: Manifest, folder: Path) -> Manifest:
    if (folder / manifest.file).exists():
        return manifest
    for export in manifest.exports:
        if (folder / export.file).exists():
            return manifest.model_copy(update={"file": export.file, "sha256": export.sha256})
    return manifest


def adopt(name: str, page: bytes, folder: Path) -> Model:
    """Takes a manifest from elsewhere into the folder, once it is sure to be right.

    Raises:
        ConfigError: It is wrong; every mistake with its line. Nothing is kept.
        OSError: It cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{name}.yaml.part"
    fresh.write_bytes(page)
    try:
        config_file.load(fresh, Manifest)
    except config_file.ConfigError:
        fresh.unlink()
        raise
    fresh.replace(folder / f"{name}.yaml")
    return find(name, folder)
