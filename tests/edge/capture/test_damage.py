"""Which pictures are believed, packet by packet, and what undecoded areas look like."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from av import VideoFrame

from siteward_edge.capture.damage import Damage
from siteward_edge.capture.smear import smeared
from siteward_edge.vision.ports import Image
from tests.edge.pictures import scene

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def fed(packets: str, fps: float = 10) -> tuple[Damage, str]:
    """K a picture that stands alone, p one that does not, x a damaged one; which are believed."""
    damage, believed = Damage(T0), ""
    for number, kind in enumerate(packets):
        ts = T0 + timedelta(seconds=number / fps)
        good = damage.packet(ts, kind in "xX", kind in "KX", 1)
        believed += kind if good else "-"
    return damage, believed


@pytest.mark.parametrize(
    ("packets", "believed"),
    [
        ("KppKpp", "KppKpp"),
        ("pppKpp", "---Kpp"),
        ("KpxpppKp", "Kp----Kp"),
        ("KpXppKp", "Kp---Kp"),
        ("KKxKK", "KK-KK"),
    ],
    ids=["whole", "joined in the middle", "damage", "a damaged key picture", "single pictures"],
)
def test_after_damage_nothing_is_believed_until_a_picture_that_stands_alone(
    packets: str, believed: str
) -> None:
    assert fed(packets)[1] == believed


def test_a_stream_is_corrupt_when_most_of_the_last_seconds_is_damaged() -> None:
    assert fed("Kppppppppp" * 5)[0].mostly is None
    assert fed("Kpppxppppp" * 5)[0].mostly is None
    since = fed("Kppppppppp" * 2 + "Kxxxxpxxxx" * 3)[0].mostly
    assert since is not None
    assert timedelta(seconds=2) <= since - T0 <= timedelta(seconds=2.3)
    assert fed("Kxxxxpxxxx" * 3 + "Kppppppppp" * 3)[0].mostly is None, "it recovers"


def test_joining_in_the_middle_is_no_damage() -> None:
    damage, _ = fed("xxxxxxxxxxxxKppp")
    assert damage.mostly is None
    assert damage.intact == T0 + timedelta(seconds=1.5)


def with_area(colour: tuple[int, int, int], share: float, image: Image) -> VideoFrame:
    frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
    planes = frame.to_ndarray()
    height, width = image.shape[:2]
    rows = int(height * share) // 4 * 4
    planes[height - rows : height] = colour[0]
    for top in (height, height + height // 4):
        chroma = planes[top : top + height // 4].reshape(height // 2, width // 2)
        chroma[height // 2 - rows // 2 :] = colour[1]
    return VideoFrame.from_ndarray(planes, format="yuv420p")


@pytest.mark.parametrize("colour", [(128, 128, 128), (0, 0, 0)], ids=["grey", "green"])
def test_an_area_that_was_never_decoded_is_noticed(colour: tuple[int, int, int]) -> None:
    assert smeared(with_area(colour, 0.1, scene()))
    assert not smeared(with_area(colour, 0, scene()))


def test_plain_dark_and_grey_pictures_are_no_smear() -> None:
    rng = np.random.default_rng(1)
    noisy = np.clip(rng.normal(128, 2, (360, 640, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    for image in (np.zeros((360, 640, 3), np.uint8), np.full((360, 640, 3), 90, np.uint8), noisy):
        frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
        assert not smeared(frame)
