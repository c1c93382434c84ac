"""The health of one camera, decided from its pictures over several seconds."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from siteward_contracts.messages import Health
from siteward_edge.config.health import HealthTiming
from siteward_edge.health.blindness import blind_cause, edge_share
from siteward_edge.health.flicker import Flicker
from siteward_edge.health.focus import blur_of
from siteward_edge.health.look import Gray, Look
from siteward_edge.health.stillness import Stillness
from siteward_edge.health.view import View, shift_between, view_of

CLEAR_EDGES: Final = 0.1
"""Share of edge pixels from which a picture is clear enough to be told another place; fog
and night leave less, and then a view that cannot be matched is no proof of a turn."""
AS_CLEAR: Final = 0.8
"""Share of the reference view's edges that a picture must have to replace it."""
SAME_SHIFT: Final = 0.01
"""Picture widths by which shifts of two pictures in a row may differ; a mast sways by half of it,
what is found in fog against the sun wanders from picture to picture (measured)."""
REFRESHED: Final = timedelta(days=1)
"""Age at which a reference that still fits is renewed, as the site grows under it."""
FOCUS_EVERY: Final = timedelta(seconds=1)
"""Focus is the dearest measure (3 ms) and a lens does not change faster."""
SOFTER: Final = 2.0
"""Times the blur of the reference view that is out of focus."""
RECOVERED: Final = 0.8
"""Share of that limit under which a blurred camera is in focus again."""


class Verdict(NamedTuple):
    """What a picture says: health, why in a word, and since when if earlier than itself."""

    health: Health
    cause: str = ""
    began: datetime | None = None


@dataclass(slots=True)
class Monitor:
    """Decides the health of one camera from its pictures.

    Attributes:
        timing: How long and how much.
        health: What holds now.
        since: When that began: at the first picture that showed it, not when decided.
        cause: Why, in a word; empty for an ok camera.
        reference: The right view; the first good picture when none is given.
        sharp: Blur of the reference view in pixels (see ``focus``); None before it is known.
        referred: When the reference was taken.
        last_good: When a picture last showed the site.
        verdict: What the last picture alone says; ``health`` follows when it lasts.
    """

    timing: HealthTiming
    health: Health
    since: datetime
    cause: str = ""
    reference: View | None = None
    sharp: float | None = None
    referred: datetime | None = None
    last_good: datetime | None = None
    verdict: Health = Health.OFFLINE
    _suspected: Health | None = None
    _suspected_since: datetime | None = None
    _shifted: tuple[float, datetime] | None = None
    _blur: float | None = None
    _focused: datetime | None = None
    _flicker: Flicker = field(default_factory=Flicker)
    _stillness: Stillness = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was seen yet."""
        self._stillness = Stillness(self.timing.frozen_seconds)

    def observe(self, look: Look, ts: datetime) -> bool:
        """Judges one picture; True when the health changed."""
        verdict = self._judge(look, ts)
        self.verdict = verdict.health
        if verdict.health is Health.OK:
            self.last_good = ts
        changed = self._decide(verdict, ts)
        # The first pictures after opening may be half grey: only a proven view is kept.
        if verdict.health is Health.OK and self.health is Health.OK:
            if self.reference is None:
                self._refer_to(look.gray, ts)
            elif self.sharp is None:
                self.sharp = self._blur
        return changed

    def observe_silence(self, since: datetime, ts: datetime, cause: str) -> bool:
        """No picture has come since ``since``; True when that made it offline just now."""
        if (ts - since).total_seconds() < self.timing.stall_seconds:
            return False
        self._stillness.forget()
        self._flicker.forget()
        self.verdict = Health.OFFLINE
        if self.health is Health.OFFLINE:
            if self.cause == "starting":
                self.cause, self.since = cause, since
                return True
            return False
        self._become(Verdict(Health.OFFLINE, cause), since)
        return True

    def _judge(self, look: Look, ts: datetime) -> Verdict:
        frozen = self._stillness.observe(look.gray, look.grain, ts)
        flickers = self._flicker.observe(look.gray, ts)
        if cause := blind_cause(look.gray):
            return Verdict(Health.BLIND, cause)
        if frozen is not None:
            return Verdict(Health.FROZEN, "frozen", frozen)
        blurred = self._is_blurred(look.detail, ts)
        shift = None if self.reference is None else shift_between(self.reference, look.gray)
        moved = self._is_moved(shift, look.gray, ts)
        if moved is not None and (shift is not None or not blurred):
            return moved
        if blurred:
            return Verdict(Health.BLURRED, "blurred")
        if flickers is not None:
            return Verdict(Health.FLICKERING, "flickering", flickers)
        if shift == 0 and self._is_due(look.gray, ts):
            self._refer_to(look.gray, ts)
        return Verdict(Health.OK)

    def _is_moved(self, shift: float | None, gray: Gray, ts: datetime) -> Verdict | None:
        """Another view, or one shifted the same way as in the picture before."""
        before, self._shifted = self._shifted, None if shift is None else (shift, ts)
        if self.reference is None:
            return None
        if shift is None:
            clear = edge_share(gray) >= CLEAR_EDGES
            return Verdict(Health.MOVED, "another view") if clear else None
        if shift <= self.timing.moved_fraction or before is None:
            return None
        return (
            Verdict(Health.MOVED, "moved", before[1])
            if abs(shift - before[0]) <= SAME_SHIFT and before[0] > self.timing.moved_fraction
            else None
        )

    def _is_blurred(self, detail: Gray, ts: datetime) -> bool:
        """Out of focus against the reference view, or beyond what any lens may be."""
        if self._focused is None or ts - self._focused >= FOCUS_EVERY:
            self._blur, self._focused = blur_of(detail), ts
        if self._blur is None:
            return False
        limit = self.timing.blurred_pixels
        if self.sharp is not None:
            limit = min(limit, max(limit / 2, SOFTER * self.sharp))
        return self._blur > limit * (RECOVERED if self.health is Health.BLURRED else 1)

    def _is_due(self, gray: Gray, ts: datetime) -> bool:
        """Whether a picture is to replace the reference view: not in fog or at night."""
        if self.reference is None or (self.referred and ts - self.referred < REFRESHED):
            return False
        return edge_share(gray) >= AS_CLEAR * edge_share(self.reference.gray)

    def _refer_to(self, gray: Gray, ts: datetime) -> None:
        self.reference, self.referred, self.sharp = view_of(gray), ts, self._blur or self.sharp

    def _decide(self, verdict: Verdict, ts: datetime) -> bool:
        if verdict.health is self.health:
            self._suspected = None
            return False
        if verdict.health is not self._suspected or self._suspected_since is None:
            self._suspected, self._suspected_since = verdict.health, verdict.began or ts
        waited = (ts - self._suspected_since).total_seconds()
        needed = (
            self.timing.blurred_seconds
            if verdict.health is Health.BLURRED
            else self.timing.decide_seconds
        )
        if waited < needed:
            return False
        self._become(verdict, self._suspected_since)
        return True

    def _become(self, verdict: Verdict, since: datetime) -> None:
        self.health, self.since, self.cause = verdict.health, since, verdict.cause
        self._suspected = self._suspected_since = None
