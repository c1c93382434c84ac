"""Bare soil and dust net: shares measured on painted and real ground, and when they are judged."""

from datetime import timedelta

import cv2
import numpy as np
import pytest

from siteward_edge.config.hazards import BareSoil, NetMissing, NetZone, SoilZone, Window
from siteward_edge.hazards.cover import Segmentation, bare_soil, cover, net_missing
from siteward_edge.hazards.ports import Key
from siteward_edge.vision.ports import Image
from tests.edge.hazards.looks import T0, after, look, standing, track
from tests.edge.pictures import photo

PLOT = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
SOIL, NET, BRICK, SHEET = (72, 104, 146), (84, 138, 62), (84, 84, 204), (180, 120, 60)


def ground(*halves: tuple[int, int, int], light: float = 1.0) -> Image:
    """A picture whose left and right halves are of some colours."""
    rng = np.random.default_rng(3)
    picture = np.empty((360, 640, 3), np.float32)
    for n, colour in enumerate(halves):
        picture[:, 640 * n // len(halves) : 640 * (n + 1) // len(halves)] = colour
    return np.clip(picture * light + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [1.0, 0.7, 1.15])
@pytest.mark.parametrize(
    ("halves", "bare", "net"),
    [
        ((SOIL,), 1, 0),
        ((NET,), 0, 1),
        ((SOIL, NET), 0.5, 0.5),
        ((BRICK, SHEET), 0, 0),
    ],
)
def test_shares_are_measured_in_any_daylight(
    halves: tuple[tuple[int, int, int], ...], bare: float, net: float, light: float
) -> None:
    measured = cover(ground(*halves, light=light), PLOT)
    assert measured is not None
    assert measured.bare == pytest.approx(bare, abs=0.04)
    assert measured.net == pytest.approx(net, abs=0.04)
    assert measured.seen == pytest.approx(1, abs=0.02)


def test_grey_earth_of_a_real_pit_is_bare() -> None:
    pit = photo("photos/gdut_apache2/trench_1280x720.jpg")
    slope = [(0.02, 0.1), (0.3, 0.1), (0.3, 0.35), (0.02, 0.35)]
    measured = cover(pit, slope)
    assert measured is not None
    assert measured.bare > 0.9
    assert measured.net < 0.05
    height, width = pit.shape[:2]
    netted = pit.copy()
    cv2.rectangle(netted, (0, int(0.1 * height)), (width, int(0.35 * height)), (84, 138, 62), -1)
    covered = cover(netted, slope)
    assert covered is not None
    assert covered.net > 0.9


def test_plants_are_green_but_no_net() -> None:
    rng = np.random.default_rng(1)
    rough = rng.integers(30, 200, (90, 160, 1), np.uint8)
    leaves = cv2.resize(
        (rough * np.array((0.4, 1.0, 0.5))).astype(np.uint8),
        (640, 360),
        interpolation=cv2.INTER_NEAREST,
    )
    measured = cover(np.asarray(leaves, np.uint8), PLOT)
    assert measured is not None
    assert measured.net < 0.2


def test_nothing_is_measured_in_the_dark() -> None:
    assert cover(ground(SOIL, light=0.15), PLOT) is None


def soil(**changes: object) -> Segmentation:
    zones = [SoilZone(id="plot", polygon=PLOT, most_bare=0.4)]
    return bare_soil(BareSoil.model_validate({"zones": zones, "every_seconds": 60} | changes))


def test_soil_beyond_its_limit_is_told_with_its_shares_once_a_minute() -> None:
    judge = soil().judge
    (sighting,) = judge(look(T0, image=ground(SOIL, NET))).values()
    assert sighting is not None
    assert "bare, 40% allowed" in sighting.detail
    assert judge(look(after(30), image=ground(SOIL))) == {}
    assert judge(look(after(61), image=ground(NET))) == {Key("bare_soil", "plot", ""): None}


def test_soil_being_worked_may_lie_bare() -> None:
    judge = soil(working=[Window(hours="08:00-18:00")]).judge
    assert judge(look(T0, image=ground(SOIL))) == {Key("bare_soil", "plot", ""): None}
    (sighting,) = judge(look(T0 + timedelta(hours=10), image=ground(SOIL))).values()
    assert sighting is not None


def test_a_zone_hidden_by_people_is_not_judged() -> None:
    crowd = [track(f"p{n}", standing(0.25 + 0.1 * n, 0.85, tall=0.7)) for n in range(6)]
    assert soil().judge(look(T0, *crowd, image=ground(SOIL))) == {}


def test_net_that_is_not_there_is_told() -> None:
    settings = NetMissing(zones=[NetZone(id="facade", polygon=PLOT, least_net=0.8)])
    (whole,) = net_missing(settings).judge(look(T0, image=ground(NET))).values()
    (torn,) = net_missing(settings).judge(look(T0, image=ground(NET, SOIL))).values()
    assert whole is None
    assert torn is not None
    assert "80% wanted" in torn.detail
