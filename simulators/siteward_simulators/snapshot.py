"""Pictures for the past: what a camera would have kept as evidence."""

from datetime import datetime
from typing import Final

import cv2

from siteward_simulators.devices.renderer import render
from siteward_simulators.devices.scene import CameraScene, DangerZone, ZoneScene
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.world import World

SIZE: Final = (640, 360)
QUALITY: Final = 70


def snapshot(world: World, device: str, ts: datetime) -> bytes:
    """What a camera saw at an instant, as a small JPEG."""
    scene = scene_of(world.scenario, device, *SIZE)
    picture = render(world.at(ts), scene, ts.timestamp() % 3600)
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError(f"a picture of {device} could not be encoded")
    return jpeg.tobytes()


def scene_of(s: Scenario, device: str, width: int, height: int) -> CameraScene:
    """What a camera of a scenario looks at, as the painter needs it."""
    camera = next(camera for camera in s.cameras if camera.id == device)
    return CameraScene(
        site=s.site,
        device=device,
        width=width,
        height=height,
        zones=tuple(
            ZoneScene(z.id, z.polygon, tuple((st.code, tuple(st.pattern)) for st in z.states))
            for z in s.zones_of(device)
        ),
        danger_zones=tuple(DangerZone(z.id, z.polygon) for z in s.danger_zones_of(device)),
        crane=camera.crane,
        horizon=camera.horizon,
    )
