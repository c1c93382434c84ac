from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from siteward_contracts.messages import Health
from siteward_edge.config.health import HealthTiming
from siteward_edge.health.blindness import blind_cause
from siteward_edge.health.look import look_at, shrink
from siteward_edge.health.monitor import Monitor
from siteward_edge.health.stillness import nothing_moves
from siteward_edge.health.view import shift_between, view_of
from siteward_edge.vision.ports import Image
from tests.edge.pictures import clip, encode, photo, scene, shifted, with_clock

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
RNG = np.random.default_rng(5)


def byte(values: np.ndarray) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


WEATHER: dict[str, Callable[[Image], Image]] = {
    "noon": lambda image: image,
    "dusk": lambda image: byte(image * 0.3),
    "glare": lambda image: byte(image * 1.6),
    "noise": lambda image: byte(image * 0.5 + RNG.normal(0, 12, image.shape)),
    "fog": lambda image: byte(image * 0.3 + 140),
    "drops": lambda image: byte(cv2.GaussianBlur(image, (0, 0), 3)),
}


@pytest.mark.parametrize("weather", WEATHER)
def test_bad_weather_is_not_blindness(weather: str) -> None:
    assert not blind_cause(shrink(WEATHER[weather](scene())))


@pytest.mark.parametrize(
    "picture",
    [
        byte(RNG.normal(4, 3, (360, 640, 3))),
        byte(RNG.normal(14, 10, (360, 640, 3))),
        byte(RNG.normal(90, 8, (360, 640, 3))),
        byte(cv2.GaussianBlur(scene(), (0, 0), 40) * 0.4),
        np.full((360, 640, 3), 255, np.uint8),
    ],
    ids=["black", "noisy black", "cloth", "hand", "burnt out"],
)
def test_black_covered_and_burnt_out_pictures_are_blind(picture: Image) -> None:
    assert blind_cause(shrink(picture))
    assert blind_cause(shrink(with_clock(picture, 3))), "a burnt-in clock is not a view"


@pytest.mark.parametrize("weather", WEATHER)
@pytest.mark.parametrize("dx", [0.0, 0.01, 0.03, 0.06, 0.11])
def test_shifts_are_measured_in_any_weather(weather: str, dx: float) -> None:
    reference = view_of(shrink(scene()))
    found = shift_between(reference, shrink(WEATHER[weather](shifted(scene(), dx))))
    assert found == pytest.approx(dx, abs=0.005)


def test_large_shifts_are_seen_as_moved_and_another_place_is_not_guessed() -> None:
    real = clip("video/site_cctv_640x352.mp4")[0]
    reference = view_of(shrink(real))
    for dx in (0.15, 0.2, 0.3):
        found = shift_between(reference, shrink(shifted(real, dx)))
        assert found is not None
        assert found > 0.1
    assert shift_between(reference, shrink(photo("photos/shwd_mit/04.jpg"))) is None


def test_a_real_site_camera_sees_all_the_time() -> None:
    monitor = Monitor(HealthTiming(), Health.OFFLINE, T0)
    changes = []
    for number, image in enumerate(clip("video/site_cctv_640x352.mp4")):
        if monitor.observe(look_at(image), at(number * 0.5)):
            changes.append((monitor.health, monitor.since))
    assert changes == [(Health.OK, T0)]


def run(
    monitor: Monitor, picture: Callable[[int], Image], start: float, seconds: float
) -> list[tuple[Health, float, float]]:
    """Shows pictures at 2 a second; returns each change with its since and when decided."""
    changes = []
    for number in range(int(seconds * 2)):
        now = start + number / 2
        if monitor.observe(look_at(picture(number)), at(now)):
            changes.append((monitor.health, (monitor.since - T0).total_seconds(), now))
    return changes


def living(number: int) -> Image:
    return with_clock(scene(), number)


def ready() -> Monitor:
    monitor = Monitor(HealthTiming(), Health.OFFLINE, T0)
    assert run(monitor, living, 0, 10) == [(Health.OK, 0, 3)]
    return monitor


def test_blindness_is_told_after_three_seconds_and_dated_from_its_first_picture() -> None:
    monitor = ready()
    black = np.zeros((360, 640, 3), np.uint8)
    assert run(monitor, lambda _: black, 10, 60) == [(Health.BLIND, 10, 13)]
    assert monitor.last_good == at(9.5)
    assert run(monitor, living, 70, 60) == [(Health.OK, 70, 73)]


def test_a_bird_before_the_lens_is_no_blindness() -> None:
    monitor = ready()
    black = np.zeros((360, 640, 3), np.uint8)
    assert run(monitor, lambda n: black if n % 20 < 4 else living(n), 10, 60) == []


def test_a_frozen_camera_is_dated_from_the_last_living_picture(tmp_path: Path) -> None:
    monitor = ready()
    stuck = with_clock(scene(), 77)
    pictures = [living(n) for n in range(4)] + [stuck] * 120
    coded = encode(tmp_path / "frozen.ts", pictures)  # as coders do, not pixel for pixel
    with_noise = _decoded(coded)
    changes = run(monitor, lambda n: with_noise[n], 10, 60)
    assert [(health, since) for health, since, _ in changes] == [(Health.FROZEN, 12)]
    assert 37 <= changes[0][2] <= 50
    assert run(monitor, living, 80, 10) == [(Health.OK, 80, 83)]


def _decoded(path: Path) -> list[Image]:
    import av

    with av.open(str(path)) as container:
        return [
            np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in container.decode(video=0)
        ]


def test_a_still_site_with_a_clock_is_not_frozen() -> None:
    assert run(ready(), lambda n: living(n // 2), 10, 120) == []
    assert not nothing_moves(shrink(living(1)), shrink(living(2)))


def test_a_turned_camera_is_moved_until_it_is_turned_back_and_shaking_is_not_moving() -> None:
    monitor = ready()
    shaky = [0.002, -0.003, 0.004, -0.002]
    assert run(monitor, lambda n: with_clock(shifted(scene(), shaky[n % 4]), n), 10, 20) == []
    turned = run(monitor, lambda n: with_clock(shifted(scene(), 0.05, 0.02), n), 30, 20)
    assert turned == [(Health.MOVED, 30, 33)]
    assert run(monitor, living, 50, 20) == [(Health.OK, 50, 53)]


def test_a_camera_turned_to_another_place_is_moved_but_thick_fog_is_not() -> None:
    monitor = ready()
    elsewhere = photo("photos/shwd_mit/04.jpg")
    assert run(monitor, lambda n: with_clock(elsewhere, n), 10, 10) == [(Health.MOVED, 10, 13)]
    assert run(monitor, living, 20, 10) == [(Health.OK, 20, 23)]
    fog = byte(cv2.GaussianBlur(scene(9), (0, 0), 9) * 0.4 + 100)  # drifting, it hides all
    assert shift_between(view_of(shrink(scene())), shrink(fog)) is None
    assert not blind_cause(shrink(fog))
    assert run(monitor, lambda n: with_clock(fog, n), 30, 10) == []


def test_a_grey_first_picture_does_not_become_the_reference() -> None:
    monitor = Monitor(HealthTiming(), Health.OFFLINE, T0)
    broken = scene()
    broken[100:] = 128
    assert run(monitor, lambda n: with_clock(broken if n < 2 else scene(), n), 0, 20)
    assert monitor.reference is not None
    assert shift_between(monitor.reference, shrink(scene())) == 0


def test_silence_makes_offline_and_pictures_end_it() -> None:
    monitor = ready()
    assert not monitor.observe_silence(at(10), at(13), "x")
    assert monitor.observe_silence(at(10), at(15.5), "x")
    assert (monitor.health, monitor.since) == (Health.OFFLINE, at(10))
    assert not monitor.observe_silence(at(10), at(16), "x")
    assert run(monitor, living, 20, 10) == [(Health.OK, 20, 23)]


def test_a_growing_site_stays_the_same_view() -> None:
    monitor = ready()
    site = scene()
    changes = []
    for day in range(40):
        cv2.rectangle(
            site, (40 + 14 * day, 300 - 5 * day), (54 + 14 * day, 340), (60, 80, 120 + 2 * day), -1
        )
        changes += run(monitor, lambda n: with_clock(site, n), 86_400 * (day + 1), 5)
    assert changes == []
