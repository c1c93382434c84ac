"""Pictures that prove something: encoded and hashed before anything else touches them."""

import hashlib
from datetime import datetime
from typing import Final

import cv2
import numpy as np

from siteward_contracts.framing import pack
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import EvidenceHeader
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outgoing
from siteward_edge.vision.ports import Frame, Image

EVIDENCE_QUALITY: Final = 90


def jpeg(image: Image, quality: int) -> bytes:
    """A picture as JPEG."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(encoded).tobytes()


class Snapshot:
    """One picture, encoded at most once and only if something needs it as evidence."""

    def __init__(self, site: str, frame: Frame) -> None:
        """Keeps the picture."""
        self.frame = frame
        self._topic = Topic(site, frame.device, Kind.EVIDENCE)
        self._sha256 = ""

    @property
    def ts(self) -> datetime:
        """When the picture arrived."""
        return self.frame.ts

    def prove(self, new_id: IdSource) -> tuple[str, list[Outgoing]]:
        """The picture's SHA-256 and the message to send before the one that names it.

        The second time there is nothing more to send.
        """
        if self._sha256:
            return self._sha256, []
        body = jpeg(self.frame.image, EVIDENCE_QUALITY)
        self._sha256 = hashlib.sha256(body).hexdigest()
        header = EvidenceHeader(id=new_id(), ts=self.ts, sha256=self._sha256)
        return self._sha256, [Outgoing(self._topic, pack(header, body))]
