"""Pictures that prove something: encoded, hashed and signed before anything else touches them."""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import cv2
import msgspec
import numpy as np

from siteward_contracts.framing import pack
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import EvidenceHeader, EvidenceStatement, Model
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.evidence.device_key import DeviceKey
from siteward_edge.vision.ports import Box, Frame, Image

EVIDENCE_QUALITY: Final = 90


def jpeg(image: Image, quality: int) -> bytes:
    """A picture as JPEG."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(encoded).tobytes()


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a picture is kept for; goes into what is signed of it.

    Attributes:
        kind: Hazard, or ``progress``.
        zone: The zone of that.
        box: Where in the picture.
        confidence: Of the finding.
        threshold: Least confidence the model's findings had to have.
        model: What made the finding.
        purpose: A finding, the picture of the day, or the reference view.
    """

    kind: str = ""
    zone: str | None = None
    box: Box | None = None
    confidence: float | None = None
    threshold: float | None = None
    model: Model | None = None
    purpose: Literal["finding", "daily", "reference"] = "finding"


def _unknown() -> float | None:
    return None


@dataclass(frozen=True, slots=True)
class Seal:
    """How an agent vouches for its pictures; without a key they go unsigned.

    Attributes:
        key: The agent's own.
        clock_offset: Seconds the agent's clock is ahead of the time server's, if known.
    """

    key: DeviceKey | None = None
    clock_offset: Callable[[], float | None] = _unknown

    def header(self, id: str, statement: EvidenceStatement) -> EvidenceHeader:
        """Goes before the picture: the statement as signed, the signature and the public key."""
        bare = EvidenceHeader(
            id=id, ts=statement.ts, sha256=statement.sha256, purpose=statement.purpose
        )
        if self.key is None:
            return bare
        text = msgspec.json.encode(statement).decode()
        return msgspec.structs.replace(
            bare, statement=text, signature=self.key.sign(text), key=self.key.public
        )


class Snapshot:
    """One picture, encoded at most once and only if something needs it as evidence."""

    def __init__(
        self, site: str, frame: Frame, seal: Seal | None = None, body: bytes = b""
    ) -> None:
        """Keeps the picture; without a seal it would go unsigned.

        Args:
            site: Where.
            frame: The picture.
            seal: Vouches for it.
            body: Its JPEG, where it has been encoded before.
        """
        self.frame = frame
        self._body = body
        self._topic = Topic(site, frame.device, Kind.EVIDENCE)
        self._seal = seal or Seal()
        self._sha256 = ""

    def kept(self) -> "Snapshot":
        """The same picture to be kept for minutes: as JPEG, without its pixels."""
        frame = dataclasses.replace(self.frame, image=np.zeros((0, 0, 3), np.uint8))
        return Snapshot(self._topic.site, frame, self._seal, self.jpeg)

    @property
    def ts(self) -> datetime:
        """When the picture arrived."""
        return self.frame.ts

    @property
    def jpeg(self) -> bytes:
        """The JPEG that is hashed, kept and sent; encoded when first asked for."""
        if not self._body:
            self._body = jpeg(self.frame.image, EVIDENCE_QUALITY)
        return self._body

    def prove(
        self, new_id: IdSource, occasion: Occasion | None = None
    ) -> tuple[str, list[Outgoing]]:
        """The picture's SHA-256 and the message to send before the one that names it.

        The second time there is nothing more to send: what is signed names the first occasion,
        and whatever else the picture shows names the picture by its hash.
        """
        if self._sha256:
            return self._sha256, []
        self._sha256 = hashlib.sha256(self.jpeg).hexdigest()
        why = occasion or Occasion()
        statement = EvidenceStatement(
            sha256=self._sha256,
            site=self._topic.site,
            device=self._topic.device,
            ts=self.ts,
            purpose=why.purpose,
            clock_offset=self._seal.clock_offset(),
            camera_clock_offset=self.frame.clock_offset,
            kind=why.kind,
            zone=why.zone,
            box=why.box,
            confidence=None if why.confidence is None else round(why.confidence, 3),
            threshold=why.threshold,
            model=why.model,
            masked=self.frame.masked,
        )
        header = self._seal.header(new_id(), statement)
        return self._sha256, [Outgoing(self._topic, pack(header, self.jpeg))]
