"""Inhibition: an alert that explains another mutes it.

An agent that is offline cannot report its cameras and instruments, so that nothing their silence
says is news. A grave rule's alert of one thing mutes the lesser rules' alerts of the same thing.
What cameras and instruments saw is never muted by their falling silent afterwards.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from siteward_rules.alerts.alert import Alert, gravity

OF_THE_DEVICE: Final = frozenset(
    {
        "camera_blind", "camera_blurred", "camera_flicker", "camera_moved", "camera_clock",
        "camera_offline", "sensor_flatline", "sensor_fault", "device_offline",
    }
)  # fmt: skip
"""Kinds that say how a device is, not what it saw."""
OFFLINE: Final = "device_offline"
ONE_THING: Final[Mapping[str, str]] = {
    "crane_overload": "crane load",
    "crane_overmoment": "crane load",
    "dust": "dust",
    "dust_visible": "dust",
    "formwork_axial": "formwork",
    "formwork_settle": "formwork",
    "formwork_tilt": "formwork",
    "gas_high": "air",
    "o2_low": "air",
}
"""Kinds that are about one thing when they come from one device and zone."""


def inhibited(alerts: Iterable[Alert], agent_of: Mapping[tuple[str, str], str]) -> dict[int, int]:
    """Alert to the alert that mutes it.

    Args:
        alerts: All that fire.
        agent_of: Project and device to the agent that speaks for the device; agents themselves
            are not in it.
    """
    firing = list(alerts)
    offline = {
        (alert.project, alert.device): alert.id
        for alert in firing
        if alert.kind == OFFLINE and not alert.dismissed
    }
    gravest: dict[tuple[str, str, str | None, str], Alert] = {}
    for alert in sorted(firing, key=lambda a: (-gravity(a.severity), a.id)):
        if alert.kind in ONE_THING and not alert.dismissed:
            gravest.setdefault(_thing(alert), alert)
    found: dict[int, int] = {}
    for alert in firing:
        agent = agent_of.get((alert.project, alert.device))
        cause = offline.get((alert.project, agent)) if agent else None
        if cause is not None and alert.kind in OF_THE_DEVICE:
            found[alert.id] = cause
            continue
        worse = gravest.get(_thing(alert)) if alert.kind in ONE_THING else None
        if worse is not None and gravity(worse.severity) > gravity(alert.severity):
            found[alert.id] = worse.id
    return found


def _thing(alert: Alert) -> tuple[str, str, str | None, str]:
    return (alert.project, alert.device, alert.zone, ONE_THING[alert.kind])
