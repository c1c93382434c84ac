"""Runs every device of every simulated site until cancelled."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siteward_contracts.clock import Clock
from siteward_simulators.devices.ports import DevicePorts

if TYPE_CHECKING:
    from siteward_simulators.world.scenario import Scenario
    from siteward_simulators.world.world import World


async def run_devices(
    worlds: "dict[str, World]",
    scenarios: "Sequence[Scenario]",
    ports: DevicePorts,
    clock: Clock,
) -> None:
    """Serves cameras, boxes and cranes until the task is cancelled.

    Args:
        worlds: Site to its world.
        scenarios: One per site.
        ports: Where to listen and to connect.
        clock: The instant the world is asked for.
    """
    raise NotImplementedError
