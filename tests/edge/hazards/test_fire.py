"""Fire and smoke, and what has their colours without burning, seconds of each."""

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from siteward_edge.config.hazards import FireSmoke
from siteward_edge.hazards.fire import Fire
from siteward_edge.hazards.flames import Spotter
from siteward_edge.vision.ports import DetectedThing, Image, Thing
from tests.edge.hazards.looks import after, look, standing, track

Paint = Callable[[Image, float, np.random.Generator], None]
ORANGE = (34, 130, 236)


def scenery(rng: np.random.Generator) -> Image:
    rough = rng.integers(120, 160, (9, 16, 3), np.uint8)
    rough[..., 0] -= 20
    return np.asarray(cv2.resize(rough, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


NOISE = np.random.default_rng(6).normal(0, 2, (400, 680, 3)).astype(np.int16)


def watched(
    paint: Paint, seconds: float = 10, settings: FireSmoke | None = None, sway: float = 0
) -> set[str]:
    """What is told of a picture painted on for some seconds, four times a second."""
    rng = np.random.default_rng(5)
    still = scenery(rng)
    told = settings or FireSmoke(seconds=3)
    fire = Fire(told, Spotter(told.smoke))
    found = set()
    for n in range(int((seconds + 3) * 4)):
        t = n / 4
        picture = still.copy()
        if t >= 3:  # the background is known by then
            paint(picture, t - 3, rng)
        move = np.array([[1, 0, sway * math.sin(t * 2.3)], [0, 1, sway * math.cos(t * 3.1)]])
        picture = np.asarray(
            cv2.warpAffine(picture, move, (640, 360), borderMode=cv2.BORDER_REFLECT), np.uint8
        )
        down, right = rng.integers(0, 40, 2)
        noise = NOISE[down : down + 360, right : right + 640]
        noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
        for sighting in fire.judge(look(after(t), image=noisy)).values():
            if sighting is not None:
                found.add(sighting.detail)
                x, y, w, h = sighting.box
                assert 0 <= x <= x + w <= 1.001
                assert 0 <= y <= y + h <= 1.001
    return found


def flames(picture: Image, t: float, rng: np.random.Generator) -> None:
    for tone, size in (((18, 92, 236), 1.0), ((70, 214, 255), 0.5)):
        for n in range(4):
            foot = 300 + n * 9
            tip = (foot + rng.integers(-6, 6), 240 - int(size * rng.integers(20, 50)))
            cv2.fillPoly(picture, [np.array([(foot - 8, 240), tip, (foot + 8, 240)])], tone)


def smoke(picture: Image, t: float, rng: np.random.Generator) -> None:
    cover = np.zeros(picture.shape[:2], np.float32)
    for n in range(10):
        age = (t / 5 + n / 10) % 1 * min(1.0, 0.3 + t / 8)
        at = (320 + int(40 * age + 6 * math.sin(t * 2 + n)), 260 - int(180 * age))
        cv2.circle(cover, at, int(12 + 30 * age), (0.75,), -1)
    soft = cv2.GaussianBlur(cover, (15, 15), 0)[..., None]
    picture[:] = (picture * (1 - soft) + np.array((98, 100, 104)) * soft).astype(np.uint8)


def machine(picture: Image, t: float, rng: np.random.Generator) -> None:
    x = 300 + int(3 * t)
    cv2.rectangle(picture, (x, 200), (x + 60, 235), ORANGE, -1)


def vest(picture: Image, t: float, rng: np.random.Generator) -> None:
    x = 200 + int(12 * t)
    swing = int(5 * math.sin(t * 5))
    cv2.rectangle(picture, (x, 200), (x + 18, 230), ORANGE, -1)
    cv2.line(picture, (x, 205), (x - 6 + swing, 228), ORANGE, 5)


def warning_light(picture: Image, t: float, rng: np.random.Generator) -> None:
    if t * 1.1 % 1 < 0.5:
        cv2.circle(picture, (320, 200), 10, (40, 170, 255), -1)


def welding(picture: Image, t: float, rng: np.random.Generator) -> None:
    if rng.random() < 0.6:
        size = int(rng.integers(6, 16))
        cv2.circle(picture, (320, 220), size * 2, (255, 226, 190), -1)
        cv2.circle(picture, (320, 220), size, (255, 255, 255), -1)


def steam(picture: Image, t: float, rng: np.random.Generator) -> None:
    for n in range(6):
        age = (t / 1.5 + n / 6) % 1
        cv2.circle(picture, (320, 240 - int(60 * age)), int(8 + 10 * age), (238, 238, 236), -1)


def lorry(picture: Image, t: float, rng: np.random.Generator) -> None:
    """Drives in and is parked."""
    x = min(300, int(60 * t) - 120)
    cv2.rectangle(picture, (max(0, x), 180), (max(0, x + 120), 250), (120, 122, 120), -1)


def shadow(picture: Image, t: float, rng: np.random.Generator) -> None:
    """A crane's shadow that creeps over the ground."""
    x = 200 + int(2 * t)
    picture[200:260, x : x + 80] = (picture[200:260, x : x + 80] * 0.6).astype(np.uint8)


def nothing(picture: Image, t: float, rng: np.random.Generator) -> None:
    return


@pytest.mark.parametrize("sway", [0.0, 2.0])
def test_flames_are_told_however_the_mast_sways(sway: float) -> None:
    assert "fire" in watched(flames, sway=sway)


def test_a_fire_before_a_yellow_mast_is_told_and_the_mast_is_not() -> None:
    def mast(picture: Image) -> None:
        for x in (296, 308, 322):
            cv2.line(picture, (x, 20), (x, 250), (40, 168, 226), 4)

    rng = np.random.default_rng(8)
    fire = Fire(FireSmoke(seconds=3), Spotter(smoke=False))
    still, told = scenery(rng), []
    for n in range(80):
        picture = still.copy()
        mast(picture)
        if n >= 50:
            flames(picture, n / 4, rng)
        judged = fire.judge(look(after(n / 4), image=picture))
        told.append(any(seen is not None for seen in judged.values()))
    assert not any(told[:50])
    assert any(told[50:])


def test_smoke_that_grows_is_told_unless_nobody_asked_for_it() -> None:
    assert watched(smoke) == {"smoke"}
    assert watched(smoke, settings=FireSmoke(seconds=3, smoke=False)) == set()


@pytest.mark.parametrize(
    "innocent", [machine, vest, warning_light, welding, steam, lorry, shadow, nothing]
)
@pytest.mark.parametrize("sway", [0.0, 2.0])
def test_what_only_looks_like_fire_is_not_told(innocent: Paint, sway: float) -> None:
    assert watched(innocent, sway=sway) == set()


def test_a_flame_that_is_gone_at_once_is_not_told() -> None:
    def match(picture: Image, t: float, rng: np.random.Generator) -> None:
        if t < 2:
            flames(picture, t, rng)

    assert watched(match) == set()


def test_a_place_where_fire_is_expected_is_left_out() -> None:
    kitchen = [(0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.4, 0.8)]
    assert watched(flames, settings=FireSmoke(seconds=3, smoke=False, ignore=[kitchen])) == set()


def test_what_a_detector_calls_fire_must_last_too() -> None:
    fire = Fire(FireSmoke(seconds=3), Spotter(smoke=True))
    thing = DetectedThing(Thing.FIRE, (0.4, 0.4, 0.1, 0.1), 0.8)
    answers = []
    for n in range(24):
        things = (thing,) if n != 9 else ()
        judged = fire.judge(look(after(n / 4), things=things))
        answers.append(any(seen is not None for seen in judged.values()))
    assert not any(answers[:12])
    assert all(answers[13:])


def test_clothes_the_colour_of_flame_are_no_candidates() -> None:
    spotter = Spotter(smoke=False)
    picture = np.full((360, 640, 3), 90, np.uint8)
    spotter.spot(picture, [], ())
    cv2.rectangle(picture, (300, 150), (340, 220), ORANGE, -1)
    person = track("a", standing(0.5, 0.7, tall=0.4)).person.box
    assert [b.what for b in spotter.spot(picture, [], ())[0]] == ["fire"]
    assert spotter.spot(picture, [person], ())[0] == []
