"""Which pictures are measured on, and how they are laid over the reference view."""

from datetime import timedelta

import cv2
import numpy as np
import pytest

from siteward_edge.config.location import Location
from siteward_edge.config.progress import Usable, Zone
from siteward_edge.health.look import shrink
from siteward_edge.health.view import view_of
from siteward_edge.progress.registration import register, registered
from siteward_edge.progress.usable import dark, foggy, hidden_share, raining
from siteward_edge.vision.ports import DetectedPerson, DetectedThing, Scene, Thing
from tests.edge.pictures import clip, photo
from tests.edge.progress.sites import ANCHOR, picture, shifted

HANGZHOU = Location(latitude=30.27, longitude=120.15)
SOON = ANCHOR + timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("daylight", "rain", "found"),
    [(1.0, 0.0, ""), (0.5, 0.0, ""), (0.9, 1.0, ""), (0.0, 0.0, "dark")],
    ids=["noon", "afternoon", "pouring", "floodlit night"],
)
def test_a_picture_without_daylight_is_dark(daylight: float, rain: float, found: str) -> None:
    image = picture("s1_rebar", daylight=daylight, rain=rain)
    assert dark(image, ANCHOR, Usable(), None) == found
    assert dark(image, ANCHOR, Usable(at_night=True), HANGZHOU) == ""


def test_the_sun_decides_where_the_site_is_known() -> None:
    bright = np.full((90, 160, 3), 200, np.uint8)
    assert dark(bright, ANCHOR, Usable(), HANGZHOU) == ""
    assert dark(bright, ANCHOR + timedelta(hours=6), Usable(), HANGZHOU) == "low_sun"
    antipode = Location(latitude=-30.27, longitude=-59.85)
    assert dark(bright, ANCHOR, Usable(), antipode) == "low_sun"


@pytest.mark.parametrize("wind", [2.0, 14.0])
@pytest.mark.parametrize(("rain", "wet"), [(0.0, False), (0.3, True), (1.0, True)])
def test_rain_is_seen_and_a_swaying_mast_is_not_rain(wind: float, rain: float, wet: bool) -> None:
    first, second = (picture("s1_rebar", ts, rain=rain, wind=wind) for ts in (ANCHOR, SOON))
    assert raining(first, second) is wet


def test_people_at_work_in_a_real_clip_are_neither_rain_nor_fog() -> None:
    frames = clip("video/site_cctv_640x352.mp4")
    assert not any(raining(frames[n], frames[n + 6]) for n in range(0, 130, 26))
    assert not foggy(view_of(shrink(frames[0])), view_of(shrink(frames[-1])))


def test_fog_pales_what_dusk_and_progress_do_not() -> None:
    reference = view_of(shrink(picture("s1_rebar")))
    for image in (picture("s1_rebar", daylight=0.25), picture("topped_out")):
        assert not foggy(reference, view_of(shrink(image)))
    thick = np.asarray(picture("s1_rebar") * 0.25 + 0.75 * 190, np.uint8)
    assert foggy(reference, view_of(shrink(thick)))


def test_who_stands_before_a_zone_hides_a_share_of_it() -> None:
    zone = Zone(id="z", polygon=[(0, 0), (0.5, 0), (0.5, 1), (0, 1)], template="road")
    half = DetectedThing(Thing.VEHICLE, (0.0, 0.5, 0.9, 0.5), 0.9)
    aside = DetectedPerson((0.6, 0.0, 0.2, 1.0), 0.9)
    helmet = DetectedThing(Thing.HELMET, (0.0, 0.0, 0.5, 1.0), 0.9)
    assert hidden_share(zone, Scene()) == 0
    assert hidden_share(zone, Scene((aside,), (helmet,))) == 0
    assert hidden_share(zone, Scene((aside,), (half,))) == pytest.approx(0.5, abs=0.02)


MOVES = [(0.004, 0.0, 0.0), (0.012, -0.006, 0.0), (0.008, 0.004, 0.4)]


@pytest.mark.parametrize(("dx", "dy", "degrees"), MOVES)
def test_a_small_shift_is_made_up_for_though_light_and_works_changed(
    dx: float, dy: float, degrees: float
) -> None:
    reference = view_of(shrink(picture("s1_rebar", wind=0)))
    later = picture("topped_out" if dx < 0.01 else "s2_rebar", daylight=0.5, wind=0)
    moved = shifted(later, dx, dy, degrees)
    found = register(reference, view_of(shrink(moved)))
    assert found is not None and 0.003 < found.shift < 0.025
    left = register(view_of(shrink(later)), view_of(shrink(registered(moved, found))))
    assert left is not None and left.shift < 0.0035


def test_a_real_site_months_later_is_laid_over_its_earlier_picture() -> None:
    first, later = photo("progress/TNB_1_1.jpg"), photo("progress/TNB_1_2.jpg")
    found = register(view_of(shrink(first)), view_of(shrink(shifted(later, 0.01, 0.005))))
    still = register(view_of(shrink(first)), view_of(shrink(later)))
    assert found is not None and still is not None
    assert np.allclose(found.matrix[:, 2] - still.matrix[:, 2], (3.2, 0.9), atol=0.5)


def test_another_place_is_not_laid_over_and_a_still_picture_keeps_its_pixels() -> None:
    image = picture("s1_rebar")
    view = view_of(shrink(image))
    still = register(view, view)
    assert still is not None and registered(image, still) is image
    assert register(view, view_of(shrink(np.asarray(cv2.flip(image, -1), np.uint8)))) is None
