"""What is signed of a picture, and what is not in it."""

import hashlib
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import cv2
import msgspec
import numpy as np

from siteward_contracts.decode import decode
from siteward_contracts.messages import EvidenceHeader, EvidenceStatement, Model
from siteward_contracts.signatures import is_signed_by
from siteward_edge.evidence.device_key import make_key
from siteward_edge.evidence.mask import FenceMask
from siteward_edge.evidence.snapshot import Occasion, Seal, Snapshot
from siteward_edge.vision.ports import Frame

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
IDS = (f"{n:032}" for n in count())
LEFT = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]


def picture(width: int = 64, height: int = 36) -> Frame:
    image = np.full((height, width, 3), 200, np.uint8)
    return Frame(image, NOW, "cam", clock_offset=1.5)


def sent(snapshot: Snapshot, occasion: Occasion) -> tuple[EvidenceHeader, bytes]:
    sha256, messages = snapshot.prove(IDS.__next__, occasion)
    envelope = decode(str(messages[0].topic), messages[0].payload, NOW)
    assert isinstance(envelope.message, EvidenceHeader)
    assert envelope.message.sha256 == sha256
    return envelope.message, envelope.body


def test_the_statement_says_what_the_picture_shows_and_the_agents_key_signs_it(
    tmp_path: Path,
) -> None:
    key = make_key(tmp_path / "device.key")
    model = Model(name="yolox-nano", version="1", sha256="a" * 64)
    occasion = Occasion("intrusion", "pit", (0.1, 0.2, 0.3, 0.4), 0.87654, 0.4, model)
    snapshot = Snapshot("school", picture(), Seal(key, lambda: -0.25))
    header, body = sent(snapshot, occasion)

    assert header.key == key.public
    assert is_signed_by(key.public, header.statement, header.signature)
    said = msgspec.json.decode(header.statement, type=EvidenceStatement)
    assert said == EvidenceStatement(
        sha256=hashlib.sha256(body).hexdigest(), site="school", device="cam", ts=NOW,
        clock_offset=-0.25, camera_clock_offset=1.5, kind="intrusion", zone="pit",
        box=(0.1, 0.2, 0.3, 0.4), confidence=0.877, threshold=0.4, model=model,
    )  # fmt: skip
    changed = header.statement.replace("intrusion", "no_helmet")
    assert not is_signed_by(key.public, changed, header.signature)
    assert snapshot.prove(IDS.__next__, occasion) == (header.sha256, []), "sent once"


def test_without_a_key_a_picture_goes_unsigned_rather_than_under_another_name() -> None:
    header, _ = sent(Snapshot("school", picture()), Occasion())
    assert (header.statement, header.signature, header.key) == ("", "", "")


def test_what_lies_outside_the_fence_is_not_in_the_picture_that_is_signed(tmp_path: Path) -> None:
    key = make_key(tmp_path / "device.key")
    frame = FenceMask([LEFT])(picture())
    header, body = sent(Snapshot("school", frame, Seal(key)), Occasion())
    assert msgspec.json.decode(header.statement, type=EvidenceStatement).masked
    shown = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown[:, :28].max() < 30, "black but for what JPEG adds"
    assert shown[:, 40:].min() > 170


def test_a_mask_follows_the_size_of_the_pictures_and_leaves_the_original_alone() -> None:
    mask = FenceMask([LEFT])
    for width, height in ((64, 36), (320, 180), (64, 36)):
        frame = picture(width, height)
        masked = mask(frame)
        assert masked.image[:, : width // 2].max() == 0
        assert masked.image[:, width // 2 + 3 :].min() == 200
        assert frame.image.min() == 200
        assert (masked.ts, masked.device, masked.masked) == (NOW, "cam", True)


def test_a_camera_without_a_mask_keeps_its_pictures_as_they_are() -> None:
    frame = picture()
    assert FenceMask([])(frame) is frame
    assert not frame.masked
