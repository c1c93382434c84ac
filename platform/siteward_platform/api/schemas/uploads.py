"""Pictures from phones, sent in pieces."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from siteward_platform.api.schemas.values import Failure, In, Out, Slug

LARGEST = 16 * 1024 * 1024
"""Bytes of a picture; a phone's largest JPEG is about 12 MiB."""

KEY_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""A UUID made by the phone, so that a repeat is known as one."""

Key = Annotated[str, Field(pattern=KEY_PATTERN)]

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Place(In):
    """Where a phone was: WGS 84 degrees, ``accuracy`` in metres (68 %), as the W3C defines it."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    accuracy: Annotated[float, Field(ge=0, le=1_000_000)]


class UploadIn(In):
    """A picture to come. ``heading`` is degrees clockwise from north, if the phone has a compass."""

    id: Key
    project: Slug
    sha256: Sha256
    size: Annotated[int, Field(gt=0, le=LARGEST)]
    source: Literal["camera", "capture", "file"]
    taken_at: AwareDatetime
    place: Place | None = None
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None


class UploadOut(Out):
    """How far a picture is. It counts as sent when ``state`` is ``stored``, and not before."""

    id: str
    sha256: str
    size: int
    offset: int
    state: Literal["open", "stored"]
    stored_at: datetime | None


class UploadConflict(Failure):
    """The piece does not follow what has arrived; ``present`` says where to go on."""

    present: UploadOut
