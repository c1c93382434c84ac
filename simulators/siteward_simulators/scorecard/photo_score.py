"""Scores a detector on labelled pictures. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from siteward_simulators.scorecard.detections import Found, FoundPerson
from siteward_simulators.scorecard.labels import HEAD, HELMET, PERSON, VEST, Box, Label
from siteward_simulators.scorecard.tally import Tally

SAME: Final = 0.1
"""Share of the union from which on two boxes are one thing if the middle of the found one lies
in the labelled one: labels draw the whole head under a helmet, detectors the helmet alone."""
SAME_PERSON: Final = 0.45
HEIGHTS: Final = (20, 40, 80, 160)
"""Edges of the buckets of people's heights, in pixels."""
HEADS: Final = (10, 20, 40, 80)
"""Edges of the buckets of heads' heights, in pixels."""

FLOORS: Final = {
    "helmet_recall": 0.80,
    "helmet_precision": 0.90,
    "bare_recall": 0.90,
    "bare_precision": 0.90,
}
MOST_UNKNOWN: Final = 0.35
"""Share of detected bare heads that may be left untold."""


@dataclass(slots=True)
class Bucket:
    """How many of some people were found."""

    true: int = 0
    found: int = 0


@dataclass(slots=True)
class PhotoScore:
    """What a detector's answers came to.

    Attributes:
        pictures: How many were looked at.
        things: By kind of thing, boxes against labelled boxes.
        bare: Bare heads of detected people, among those told; ``found`` were said to be bare.
        bare_unknown: Bare heads of detected people of which nothing was told.
        covered_unknown: The same of heads with helmets.
        covered: Heads with helmets of detected people.
        people: Labelled people by their height in pixels.
        heads: Labelled heads, with helmet or without, by their height in pixels; found is
            whoever's head it is.
        seconds: The detector's time over all pictures.
    """

    pictures: int = 0
    things: dict[str, Tally] = field(default_factory=lambda: {HELMET: Tally(), VEST: Tally()})
    bare: Tally = field(default_factory=Tally)
    bare_unknown: int = 0
    covered: int = 0
    covered_unknown: int = 0
    people: dict[str, Bucket] = field(default_factory=dict)
    heads: dict[str, Bucket] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, labels: Sequence[Label], found: Found) -> None:
        """Scores one picture."""
        self.pictures += 1
        self.seconds += found.seconds
        for kind, tally in self.things.items():
            true = [label.box for label in labels if label.kind == kind]
            boxes = [box for thing, box in found.things if thing == kind]
            hits = len(_pairs(true, boxes, SAME))
            tally.true += len(true)
            tally.found += hits
            # A data set without a kind says nothing of how often it is wrongly reported.
            tally.reported += len(boxes) if true or kind == HELMET else 0
            tally.right += hits
        self._heads(labels, found)
        self._people([label.box for label in labels if label.kind == PERSON], found)

    def _people(self, true: list[Box], found: Found) -> None:
        hits = {i for i, _ in _pairs(true, [p.box for p in found.people], SAME_PERSON)}
        for i, box in enumerate(true):
            bucket = self.people.setdefault(_bucket(box[3] * found.size[1], HEIGHTS), Bucket())
            bucket.true += 1
            bucket.found += i in hits

    def _heads(self, labels: Sequence[Label], found: Found) -> None:
        heads = [label for label in labels if label.kind in (HELMET, HEAD)]
        owners = head_owners([head.box for head in heads], found.people)
        for i, head in enumerate(heads):
            bucket = self.heads.setdefault(_bucket(head.box[3] * found.size[1], HEADS), Bucket())
            bucket.true += 1
            bucket.found += i in owners
        told = {owner: heads[i].kind for i, owner in owners.items()}
        for j, person in enumerate(found.people):
            kind = told.get(j)
            if kind == HEAD:
                self.bare.true += person.helmet is not None
                self.bare.found += person.helmet is False
                self.bare_unknown += person.helmet is None
            elif kind == HELMET:
                self.covered += 1
                self.covered_unknown += person.helmet is None
            if person.helmet is False:  # also where there is no head at all
                self.bare.reported += 1
                self.bare.right += kind == HEAD

    @property
    def unknown_share(self) -> float | None:
        """Share of detected people's bare heads of which nothing was told."""
        total = self.bare.true + self.bare_unknown
        return self.bare_unknown / total if total else None

    def figures(self) -> dict[str, float | None]:
        """What has a floor; None was not measured for want of labels."""
        helmet = self.things[HELMET]
        return {
            "helmet_recall": helmet.recall,
            "helmet_precision": helmet.precision if helmet.true else None,
            "bare_recall": self.bare.recall,
            "bare_precision": self.bare.precision if self.bare.true else None,
        }

    def failures(self) -> list[str]:
        """Floors that are missed, each in a sentence."""
        missed = [
            f"{name.replace('_', ' ')} {value:.3f} is under {FLOORS[name]:.2f}"
            for name, value in self.figures().items()
            if value is not None and value < FLOORS[name]
        ]
        if (share := self.unknown_share) is not None and share >= MOST_UNKNOWN:
            missed.append(f"bare heads left untold {share:.3f} is not under {MOST_UNKNOWN:.2f}")
        return missed

    def as_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {
            "pictures": self.pictures,
            "seconds_per_picture": self.seconds / self.pictures if self.pictures else None,
            **self.figures(),
            "bare_unknown_share": self.unknown_share,
            "counts": {
                **{kind: _counts(tally) for kind, tally in self.things.items()},
                "bare": _counts(self.bare) | {"unknown": self.bare_unknown},
                "covered": {"people": self.covered, "unknown": self.covered_unknown},
            },
            "person_recall_by_height": _recalls(self.people),
            "person_recall_by_head_height": _recalls(self.heads),
            "failures": self.failures(),
        }


def together(scores: Iterable[PhotoScore]) -> PhotoScore:
    """Several folders as one."""
    total = PhotoScore()
    for score in scores:
        total.pictures += score.pictures
        total.seconds += score.seconds
        total.bare.add(score.bare)
        total.bare_unknown += score.bare_unknown
        total.covered += score.covered
        total.covered_unknown += score.covered_unknown
        for kind, tally in score.things.items():
            total.things.setdefault(kind, Tally()).add(tally)
        for mine, theirs in ((total.people, score.people), (total.heads, score.heads)):
            for name, bucket in theirs.items():
                kept = mine.setdefault(name, Bucket())
                kept.true += bucket.true
                kept.found += bucket.found
    return total


def head_owners(heads: Sequence[Box], people: Sequence[FoundPerson]) -> dict[int, int]:
    """Head to person, each at most once: the nearest to where that person's head should be."""
    claims = []
    for i, head in enumerate(heads):
        for j, person in enumerate(people):
            x, y, width, height = person.box
            across = (head[0] + head[2] / 2 - x) / width if width else -1.0
            down = (head[1] + head[3] / 2 - y) / height if height else -1.0
            if -0.1 <= across <= 1.1 and -0.15 <= down <= 0.5:
                claims.append((abs(across - 0.5) + abs(down - 0.1), i, j))
    owners: dict[int, int] = {}
    for _, i, j in sorted(claims):
        if i not in owners and j not in owners.values():
            owners[i] = j
    return owners


def _pairs(true: Sequence[Box], boxes: Sequence[Box], least: float) -> list[tuple[int, int]]:
    """Labels and findings that are one thing, best pairs first, each used once."""
    shares = sorted(
        (
            (_overlap(a, b), i, j)
            for i, a in enumerate(true)
            for j, b in enumerate(boxes)
            if _holds(a, b)
        ),
        reverse=True,
    )
    pairs: list[tuple[int, int]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for share, i, j in shares:
        if share >= least and i not in used[0] and j not in used[1]:
            pairs.append((i, j))
            used[0].add(i)
            used[1].add(j)
    return pairs


def _holds(a: Box, b: Box) -> bool:
    """Whether the middle of the second lies in the first."""
    x, y = b[0] + b[2] / 2, b[1] + b[3] / 2
    return a[0] <= x <= a[0] + a[2] and a[1] <= y <= a[1] + a[3]


def _overlap(a: Box, b: Box) -> float:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(0.0, across) * max(0.0, down)
    union = a[2] * a[3] + b[2] * b[3] - shared
    return shared / union if union > 0 else 0.0


def _bucket(pixels: float, edges: Sequence[int]) -> str:
    for low, high in zip((0, *edges), edges, strict=False):
        if pixels < high:
            return f"{low}-{high}"
    return f"{edges[-1]}+"


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "true": tally.true,
        "found": tally.found,
        "reported": tally.reported,
        "right": tally.right,
    }


def _recalls(buckets: dict[str, Bucket]) -> dict[str, dict[str, float | int]]:
    return {
        name: {"true": b.true, "found": b.found, "recall": b.found / b.true}
        for name, b in sorted(
            buckets.items(), key=lambda item: int(item[0].split("-")[0].rstrip("+"))
        )
    }
