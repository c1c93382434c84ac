"""``siteward edge publishable``: a copy of a picture in which nobody can be recognised."""

from pathlib import Path

import click
import cv2
import numpy as np

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.agent import load_config
from siteward_edge.config.detector import ModelDetector
from siteward_edge.evidence.mask import FenceMask
from siteward_edge.evidence.published import careful, published
from siteward_edge.evidence.snapshot import EVIDENCE_QUALITY, jpeg
from siteward_edge.replay import ReplayError, camera_named
from siteward_edge.vision.detectors import detector_of, model_detector
from siteward_edge.vision.ports import ModelError


@click.command()
@click.argument("config", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("camera")
@click.argument("picture", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def publishable(config: Path, camera: str, picture: Path, out: Path) -> None:
    """Write a copy of PICTURE to OUT with heads, number plates and the street masked.

    CAMERA says which detector looks and what lies outside the fence. Detectors miss some: look at
    the copy before anybody else does. The picture itself is evidence and stays as it is.
    """
    if out.exists() and out.samefile(picture):
        raise click.ClickException(f"{out} is the picture itself; evidence is never changed")
    try:
        settings = load_config(config)
        chosen = camera_named(settings, camera)
        if isinstance(chosen.detector, ModelDetector):
            # Heads are masked where helmets are seen and no person was found, too.
            detector = model_detector(careful(chosen.detector), settings.models, always=True)
        else:
            detector = detector_of(chosen, settings.models)
    except ConfigError as error:
        raise click.ClickException(f"configuration refused\n{error}") from error
    except (ReplayError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    image = cv2.imread(str(picture))
    if image is None:
        raise click.ClickException(f"{picture} is no picture that can be read")
    shown = FenceMask(chosen.mask).hide(np.asarray(image, np.uint8))
    copy = published(shown, detector.detect(shown))
    try:
        out.write_bytes(jpeg(copy.image, EVIDENCE_QUALITY))
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    click.echo(
        f"{out}: {copy.heads} heads and {copy.vehicles} vehicles masked; look before you publish"
    )
