"""What proves pictures and what keeps people outside the site out of them."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from siteward_edge.config.section import Polygon, Section

KEY: Final = Path("/var/lib/siteward/edge/device.key")


class EvidenceSettings(Section):
    """How pictures are vouched for.

    Attributes:
        key: The agent's own Ed25519 key, which ``siteward edge enrol`` makes.
    """

    key: Path = KEY


Mask = Annotated[
    list[Polygon],
    Field(
        description="What lies outside the fence, as polygons: blackened in every picture "
        "before anything looks at it.",
        max_length=50,
    ),
]
