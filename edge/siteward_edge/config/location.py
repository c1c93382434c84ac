"""Where a site is."""

from pydantic import Field

from siteward_edge.config.section import Section


class Location(Section):
    """A place on earth, from which the height of the sun follows.

    Attributes:
        latitude: Degrees north.
        longitude: Degrees east.
    """

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
