"""Chooses the adapters a camera's configuration names."""

from pathlib import Path

from siteward_edge.config.camera import Camera
from siteward_edge.config.detector import ModelDetector
from siteward_edge.config.progress import Examples
from siteward_edge.models.manifest import PERSON
from siteward_edge.models.store import Model, find
from siteward_edge.vision.material_bands import MaterialBands
from siteward_edge.vision.ports import Detector, ModelError, Thing, ZoneClassifier
from siteward_edge.vision.rendered_scene import RenderedScenePeople
from siteward_edge.vision.zone_examples import ZoneExamples


def detector_of(camera: Camera, models: Path) -> Detector:
    """The detector of a camera.

    Args:
        camera: Names it.
        models: Folder of the models' files.

    Raises:
        ModelError: A model cannot be used.
        ConfigError: A model's manifest is wrong.
    """
    settings = camera.detector
    if isinstance(settings, ModelDetector):
        return model_detector(settings, models)
    return RenderedScenePeople()


def model_detector(settings: ModelDetector, models: Path, always: bool = False) -> Detector:
    """A detector of neural networks.

    Args:
        settings: Names them.
        models: Folder of their files.
        always: Looks for helmets and vests where nobody was found, too.

    Raises:
        ModelError: A model cannot be used.
        ConfigError: A model's manifest is wrong.
    """
    # Imported only here: onnxruntime takes 60 MB that a simulated site need not pay.
    from siteward_edge.vision.network import Network
    from siteward_edge.vision.people import ModelDetector as People
    from siteward_edge.vision.ppe import PersonalEquipment

    model = _finding(find(settings.model, models), {PERSON}, "model")
    network = Network(model)
    ppe = None
    if settings.ppe is not None:
        worn = _finding(find(settings.ppe, models), {Thing.HELMET, Thing.VEST}, "ppe")
        ppe = PersonalEquipment(Network(worn), worn.manifest)
    threshold = settings.threshold or model.manifest.thresholds[PERSON]
    return People(network, threshold, settings.tiles, ppe, always)


def classifier_of(camera: Camera) -> ZoneClassifier | None:
    """What judges the zones of a camera; None where it has none."""
    if not camera.zones:
        return None
    if isinstance(camera.classifier, Examples):
        return ZoneExamples(camera.classifier.folder / camera.device)
    return MaterialBands()


def _finding(model: Model, wanted: set[str], role: str) -> Model:
    if not model.manifest.finds & wanted:
        raise ModelError(
            f"{model.name} finds {', '.join(sorted(model.manifest.finds))}: as {role} a model must "
            f"find {' or '.join(sorted(wanted))}; choose another from 'siteward models list'"
        )
    return model
