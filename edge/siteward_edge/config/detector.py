"""What looks for people and things."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from siteward_edge.config.section import Section


class RenderedSceneDetector(Section):
    """Reads the simulator's own pictures; useless on a real site."""

    kind: Literal["rendered_scene"]


class YoloxDetector(Section):
    """A YOLOX network in ONNX form (COCO classes, of which only people are used).

    Attributes:
        path: The model file.
        sha256: What the file must hash to, so that every finding names its model truly.
        threshold: Least confidence of a person.
        tiles: Columns and rows to look at enlarged beside the whole picture, for people less
            than about 35 pixels high; each costs as much as a whole picture.
    """

    kind: Literal["yolox"]
    path: Path
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    threshold: float = Field(default=0.4, gt=0, lt=1)
    tiles: tuple[Annotated[int, Field(ge=1, le=6)], Annotated[int, Field(ge=1, le=6)]] = (1, 1)


Detector = Annotated[RenderedSceneDetector | YoloxDetector, Field(discriminator="kind")]
