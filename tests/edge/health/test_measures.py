"""Each measure of a camera's health alone: blur, flicker, stillness, zoom."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from siteward_contracts.messages import Health
from siteward_edge.config.health import HealthTiming
from siteward_edge.health.flicker import Flicker
from siteward_edge.health.focus import blur_of
from siteward_edge.health.look import look_at, shrink
from siteward_edge.health.monitor import Monitor
from siteward_edge.health.stillness import Stillness
from siteward_edge.health.view import shift_between, view_of
from siteward_edge.vision.ports import Image
from tests.edge.pictures import clip, scene, with_clock

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def byte(values: np.ndarray) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def noisy(image: Image, sigma: float, rng: np.random.Generator) -> Image:
    return byte(image + rng.normal(0, sigma, image.shape))


def defocused(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


LIGHTS: dict[str, Callable[[Image], Image]] = {
    "day": lambda image: image,
    "night": lambda image: noisy(byte(image * 0.3), 6, np.random.default_rng(2)),
    "fog": lambda image: byte(image * 0.3 + 140),
    "thick fog": lambda image: byte(image * 0.15 + 160),
}


@pytest.mark.parametrize(
    ("light", "sigma"),
    [(light, sigma) for light in ("day", "night", "fog") for sigma in (1.0, 2.0, 3.0, 4.0)]
    + [("thick fog", 2.0)],
)
def test_blur_is_measured_in_pixels_whatever_the_light(light: str, sigma: float) -> None:
    image = LIGHTS[light](defocused(scene(), sigma))
    assert blur_of(look_at(image).detail) == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("light", LIGHTS)
def test_a_real_site_camera_in_focus_has_a_blur_under_a_pixel(light: str) -> None:
    sharp = blur_of(look_at(LIGHTS[light](clip("video/site_cctv_640x352.mp4")[0])).detail)
    assert sharp is not None
    assert 0.5 < sharp < 1.0


def test_a_picture_without_edges_says_nothing_about_focus() -> None:
    assert blur_of(look_at(np.full((360, 640, 3), 90, np.uint8)).detail) is None


def run(
    monitor: Monitor, images: Iterator[Image], start: float
) -> list[tuple[Health, float, float]]:
    changes = []
    for number, image in enumerate(images):
        now = start + number / 2
        if monitor.observe(look_at(image), at(now)):
            changes.append((monitor.health, (monitor.since - T0).total_seconds(), now))
    return changes


NOISE = np.random.default_rng(1).normal(0, 1.5, (4, 360, 640, 3)).astype(np.float32)


def living(image: Image, seconds: float) -> Iterator[Image]:
    for number in range(int(seconds * 2)):
        yield with_clock(byte(image + NOISE[number % 4]), number)


def ready() -> Monitor:
    monitor = Monitor(HealthTiming(), Health.OFFLINE, T0)
    assert run(monitor, living(scene(), 10), 0) == [(Health.OK, 0, 3)]
    return monitor


@pytest.mark.parametrize("light", ["day", "night", "fog"])
def test_a_lens_out_of_focus_is_blurred_and_dated_from_its_first_picture(light: str) -> None:
    monitor = ready()
    soft = LIGHTS[light](defocused(scene(), 3))
    assert run(monitor, living(soft, 30), 10) == [(Health.BLURRED, 10, 25)]
    assert run(monitor, living(LIGHTS[light](scene()), 10), 40) == [(Health.OK, 40, 43)]


def test_a_drop_of_rain_for_some_seconds_is_no_blur() -> None:
    monitor = ready()
    for start in range(10, 90, 20):
        assert run(monitor, living(defocused(scene(), 4), 10), start) == []
        assert run(monitor, living(scene(), 10), start + 10) == []


@pytest.mark.parametrize("light", ["night", "fog", "thick fog"])
def test_night_and_fog_are_no_blur(light: str) -> None:
    assert run(ready(), living(LIGHTS[light](scene()), 60), 10) == []


def test_a_camera_that_was_never_sharp_is_told_as_well() -> None:
    monitor = Monitor(HealthTiming(), Health.OFFLINE, T0)
    assert run(monitor, living(defocused(scene(), 6), 30), 0) == [(Health.BLURRED, 0, 15)]


def banded(seconds: float, hertz: float) -> Iterator[Image]:
    for number, image in enumerate(living(scene(), seconds)):
        waves = np.linspace(0, 2.4, len(image)) + number / 2 * hertz
        yield byte(image * (1 + 0.15 * np.sin(2 * np.pi * waves))[:, None, None])


def hunting(seconds: float) -> Iterator[Image]:
    for number, image in enumerate(living(scene(), seconds)):
        yield byte(image * (1.0, 0.8, 0.9, 1.1)[number % 4])


@pytest.mark.parametrize(
    "pictures",
    [banded(30, 0.83), banded(30, 0.2), hunting(30)],
    ids=["bands", "slow bands", "exposure"],
)
def test_mains_bands_and_a_hunting_exposure_are_flicker(pictures: Iterator[Image]) -> None:
    changes = run(ready(), pictures, 10)
    assert [health for health, _, _ in changes] == [Health.FLICKERING]
    assert changes[0][2] - 10 < 30
    assert changes[0][1] >= 9


def weather(name: str) -> Iterator[Image]:
    rng = np.random.default_rng(4)
    for number, image in enumerate(living(scene(), 60)):
        now = number / 2
        if name == "clouds":
            image = byte(image * (0.75 + 0.25 * np.cos(2 * np.pi * now / 40)))
        if name == "headlights" and number % 16 < 3:
            image = byte(image * 1.3)
        if name == "machine":
            cv2.rectangle(
                image, (number * 4 % 640, 60), (number * 4 % 640 + 160, 340), (20, 90, 200), -1
            )
        if name == "welding":
            cv2.circle(image, (420, 240), int(rng.integers(0, 60)), (255, 255, 255), -1)
        if name == "dusk":
            image = byte(image * (1 - now / 150))
        yield image


@pytest.mark.parametrize("name", ["clouds", "headlights", "machine", "welding", "dusk"])
def test_light_that_changes_is_no_fault(name: str) -> None:
    assert run(ready(), weather(name), 10) == []


def test_flicker_is_not_judged_on_pictures_far_apart() -> None:
    flicker = Flicker()
    seen = [flicker.observe(shrink(image), at(5 * n)) for n, image in enumerate(hunting(40))]
    assert not any(seen)


def coded(images: Iterator[Image], crf: int, key_every: int) -> Iterator[Image]:
    """As a camera's coder leaves them."""
    press = av.CodecContext.create("libx264", "w")
    press.width, press.height, press.pix_fmt = 640, 360, "yuv420p"
    press.time_base, press.framerate = Fraction(1, 2), Fraction(2)
    press.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "crf": str(crf),
        "g": str(key_every),
    }
    reader = av.CodecContext.create("h264", "r")
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts = number
        for packet in press.encode(frame):
            for picture in reader.decode(packet):
                yield np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)


def still(light: float, noise: float, seconds: float, *, frozen: bool) -> Iterator[Image]:
    rng = np.random.default_rng(8)
    view = byte(scene() * light)
    pictures = [noisy(view, noise, rng) for _ in range(1 if frozen else 47)]
    for number in range(int(seconds * 2)):
        yield pictures[number % len(pictures)]


def frozen_at(images: Iterator[Image]) -> float | None:
    stillness = Stillness(25)
    for number, image in enumerate(images):
        look = look_at(image)
        if stillness.observe(look.gray, look.grain, at(number / 2)) is not None:
            return number / 2
    return None


@pytest.mark.parametrize(
    ("crf", "key_every", "light", "noise"),
    [(23, 8, 0.6, 1.5), (28, 25, 0.25, 1.0), (32, 25, 0.4, 0.5), (28, 25, 0.4, 0.5)],
)
def test_a_still_night_view_without_a_clock_lives_and_a_frozen_one_does_not(
    crf: int, key_every: int, light: float, noise: float
) -> None:
    assert frozen_at(coded(still(light, noise, 70, frozen=False), crf, key_every)) is None
    found = frozen_at(coded(still(light, noise, 57, frozen=True), crf, key_every))
    assert found is not None


def test_a_zoom_and_a_turn_are_a_move_although_the_middle_stays() -> None:
    reference = view_of(shrink(scene()))
    for angle, scale in ((0, 1.25), (8, 1)):
        matrix = cv2.getRotationMatrix2D((320, 180), angle, scale)
        turned = cv2.warpAffine(scene(), matrix, (640, 360), borderMode=cv2.BORDER_REFLECT)
        shift = shift_between(reference, shrink(np.asarray(turned, np.uint8)))
        assert shift is not None
        assert shift > 0.03
