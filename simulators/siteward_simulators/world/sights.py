"""What is planted before a camera: people who break a rule, fire, loads, and look-alikes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from siteward_simulators.world.chance import seed_of, smooth
from siteward_simulators.world.geometry import centre
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.state import Person, Sight

CROWD: Final = tuple((0.05 * n, 0.012 * (n % 2)) for n in range(-4, 5))
"""Where the people of a crowd stand around its middle."""
GROUP: Final = ((-0.05, 0.0), (0.0, 0.012), (0.05, 0.0))
LAMP_PACE: Final = 0.03
"""Fractions of the picture's width per second that a machine with a lamp drives at night."""


def people_of(episode: Episode, t: datetime) -> list[Person]:
    """The people an episode brings into the picture."""
    match episode.kind:
        case "no_helmet":
            return [_stroller(episode, t, "a", helmet=None)]
        case "no_vest":
            return [_stroller(episode, t, "a", vest=False)]
        case "person_under_load":
            return [_stroller(episode, t, "a", reach=0.008)]
        case "night_work":
            return [_stroller(episode, t, "a"), _stroller(episode, t, "b", offset=(0.09, 0.01))]
        case "crowding":
            places = enumerate(CROWD)
            return [_stroller(episode, t, f"c{n}", offset=at, reach=0.003) for n, at in places]
        case "group":
            places = enumerate(GROUP)
            return [_stroller(episode, t, f"g{n}", offset=at, reach=0.003) for n, at in places]
    return []


def sights_of(episode: Episode, t: datetime) -> list[Sight]:
    """The things an episode brings into the picture."""
    if episode.spot is None:
        return []
    x, y = episode.spot
    since = (t - episode.start).total_seconds()
    match episode.kind:
        case "fire_smoke":
            return [Sight("fire", episode.device, x, y, since)]
        case "person_under_load" | "load":
            sway = 0.006 * smooth(seed_of(episode.device, "load"), since / 2)
            return [Sight("load", episode.device, x + sway, y, since)]
        case "steam" | "beacon" | "welding":
            return [Sight(episode.kind, episode.device, x, y, since)]
        case "machine":
            drive = 0.05 * smooth(seed_of(episode.device, "machine"), since / 8)
            return [Sight("machine", episode.device, x + drive, y, since)]
        case "night_work":
            there = (since * LAMP_PACE) % 0.6
            at = 0.2 + (there if there < 0.3 else 0.6 - there)
            return [Sight("lamp", episode.device, at, y - 0.06, since)]
    return []


def plots(s: Scenario, camera: str, planted: Iterable[Episode], t: datetime) -> list[Sight]:
    """The soil in a camera's picture, netted unless an episode says it is not."""
    bare = {e.zone for e in planted if e.kind == "bare_soil"}
    return [
        Sight(
            "soil" if plot.id in bare else "net",
            camera,
            *centre(plot.polygon),
            0.0,
            plot.polygon,
        )
        for plot in s.plots
        if plot.camera == camera
    ]


def _stroller(
    episode: Episode,
    t: datetime,
    name: str,
    *,
    helmet: str | None = "yellow",
    vest: bool = True,
    offset: tuple[float, float] = (0.0, 0.0),
    reach: float = 0.03,
) -> Person:
    key = f"{episode.device}-{episode.kind}-{episode.start:%d%H%M%S}-{name}"
    look = seed_of(key)
    x, y = episode.spot or (0.5, 0.9)
    since = (t - episode.start).total_seconds()
    x += offset[0] + reach * smooth(look, since / 4)
    y += offset[1] + reach / 5 * smooth(look ^ 1, since / 4)
    return Person(key, episode.device, x, y, helmet, vest, False)
