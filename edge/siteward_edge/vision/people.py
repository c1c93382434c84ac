"""People and things found by one model, and what people wear by another."""

from typing import Protocol

import numpy as np

from siteward_contracts.messages import Model
from siteward_edge.models.manifest import PERSON
from siteward_edge.vision.fitting import Floats
from siteward_edge.vision.network import Network, merged
from siteward_edge.vision.ports import Box, DetectedPerson, DetectedThing, Image, Scene, Thing
from siteward_edge.vision.tiles import areas, uncut


class Wardrobe(Protocol):
    """Tells what people wear."""

    @property
    def model(self) -> Model:
        """What it is told by."""

    def dress(self, image: Image, scene: Scene) -> Scene:
        """A scene with what its people wear, as far as that can be seen."""


class ModelDetector:
    """A :class:`~siteward_edge.vision.ports.Detector`."""

    def __init__(
        self,
        network: Network,
        threshold: float,
        tiles: tuple[int, int] = (1, 1),
        wardrobe: Wardrobe | None = None,
        always: bool = False,
    ) -> None:
        """Takes what it looks with.

        Args:
            network: Finds people.
            threshold: Least confidence of a person.
            tiles: Columns and rows the picture is also looked at in; each tile costs as much
                as the whole picture.
            wardrobe: Tells what people wear; nothing is known of it without.
            always: Looks for helmets and vests where nobody was found, too; it costs more than
                finding out that nobody is there.
        """
        network.expect(PERSON, threshold)
        self._network = network
        self._tiles = tiles
        self._wardrobe = wardrobe
        self._always = always
        self.threshold = threshold
        self._model = _told_by(network, wardrobe)

    @property
    def model(self) -> Model:
        """Names, and the beginnings of the hashes, of all that looked."""
        return self._model

    def detect(self, image: Image) -> Scene:
        """What a picture shows, most certain first."""
        found = merged(
            [
                uncut(self._network.look(image, area), area, image)
                for area in areas(image, self._tiles)
            ]
        )
        people, things = [], []
        for box, score, index in zip(found.boxes, found.scores, found.finds, strict=True):
            find, certain = self._network.finds[index], min(float(score), 1.0)
            if find == PERSON:
                people.append(DetectedPerson(fractions(box, image), certain))
            else:
                things.append(DetectedThing(Thing(find), fractions(box, image), certain))
        scene = Scene(tuple(people), tuple(things))
        if self._wardrobe is None or not (people or self._always):
            return scene
        return self._wardrobe.dress(image, scene)


def fractions(box: Floats, image: Image) -> Box:
    """A box in pixels as shares of the picture, without what sticks out of it."""
    height, width = image.shape[:2]
    left, right = np.clip([box[0], box[0] + box[2]], 0, width) / width
    top, bottom = np.clip([box[1], box[1] + box[3]], 0, height) / height
    return float(left), float(top), float(right - left), float(bottom - top)


def _told_by(network: Network, wardrobe: Wardrobe | None) -> Model:
    if wardrobe is None:
        return Model(name=network.name, version=network.sha256[:12], sha256=network.sha256)
    worn = wardrobe.model
    return Model(
        name=f"{network.name}+{worn.name}",
        version=f"{network.sha256[:12]}+{worn.version}",
        sha256=network.sha256,
    )
