"""What looks for people and things."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from siteward_edge.config.section import Section
from siteward_edge.models.manifest import NAME_PATTERN

Tiles = Annotated[int, Field(ge=1, le=6)]
ModelName = Annotated[str, Field(pattern=NAME_PATTERN)]


class RenderedSceneDetector(Section):
    """Reads the simulator's own pictures; useless on a real site."""

    kind: Literal["rendered_scene"]


class ModelDetector(Section):
    """A neural network, by the name of its manifest; ``siteward models list`` tells which.

    Attributes:
        model: Finds people, and whatever else its manifest says.
        ppe: Finds helmets and vests on them; without it nothing is known of either.
        threshold: Least confidence of a person; the manifest's when absent.
        tiles: Columns and rows to look at enlarged beside the whole picture, for people less
            than about 35 pixels high; each costs as much as a whole picture.
    """

    kind: Literal["network"] = "network"
    model: ModelName
    ppe: ModelName | None = None
    threshold: float | None = Field(default=None, gt=0, lt=1)
    tiles: tuple[Tiles, Tiles] = (1, 1)


def _kind(value: Any) -> Any:
    """Which of the two is meant: only the simulator's pictures need a ``kind``."""
    if isinstance(value, dict):
        return value.get("kind", "network")
    return getattr(value, "kind", None)


Detector = Annotated[
    Annotated[RenderedSceneDetector, Tag("rendered_scene")]
    | Annotated[ModelDetector, Tag("network")],
    Discriminator(
        _kind,
        custom_error_type="detector_kind",
        custom_error_message="must name a model, as in {model: yolox-nano, ppe: ppe14-yolov8n}; "
        "'siteward models list' tells which there are, and {kind: rendered_scene} is for "
        "simulated cameras",
    ),
]
