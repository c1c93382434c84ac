"""Chooses the adapters a camera's configuration names."""

from siteward_edge.config.camera import Camera
from siteward_edge.config.detector import YoloxDetector
from siteward_edge.vision.material_bands import MaterialBands
from siteward_edge.vision.ports import Detector, ZoneClassifier
from siteward_edge.vision.rendered_scene import RenderedScenePeople


def detector_of(camera: Camera) -> Detector:
    """The people detector of a camera.

    Raises:
        ModelError: Its model file cannot be used.
    """
    settings = camera.detector
    if isinstance(settings, YoloxDetector):
        # Imported only here: onnxruntime takes 60 MB that a simulated site need not pay.
        from siteward_edge.vision.yolox import YoloxPeople

        return YoloxPeople(settings.path, settings.sha256, settings.threshold, settings.tiles)
    return RenderedScenePeople()


def classifier_of(camera: Camera) -> ZoneClassifier | None:
    """What judges the zones of a camera; None where it has none."""
    return MaterialBands() if camera.zones else None
