"""What every part of the configuration file is made of."""

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siteward_contracts.topics import SLUG_PATTERN

Slug = Annotated[str, Field(pattern=SLUG_PATTERN)]
ZoneId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]


def _polygon(points: list[Point]) -> list[Point]:
    if len(points) < 3:
        raise ValueError(f"a polygon needs at least 3 points, here are {len(points)}; add corners")
    twice_area = sum(
        x1 * y2 - x2 * y1
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True)
    )
    if abs(twice_area) < 1e-4:
        raise ValueError("the polygon has no area; give its corners in order around it")
    return points


Polygon = Annotated[
    list[Point],
    Field(description="Corners in order, as fractions of the picture from its top left."),
    AfterValidator(_polygon),
]


def unique(what: str, key: Callable[[Any], Hashable]) -> Callable[[list[Any]], list[Any]]:
    """A check that no two items of a list have the same key."""

    def check(items: list[Any]) -> list[Any]:
        twice = [value for value, n in Counter(map(key, items)).items() if n > 1]
        if twice:
            raise ValueError(f"{what} {twice[0]!r} is used twice; rename one of them")
        return items

    return check


class Section(BaseModel):
    """A part of the file; unknown settings are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
