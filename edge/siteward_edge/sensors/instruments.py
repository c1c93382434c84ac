"""All instruments of a site, heard and polled side by side."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import groupby

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.sensors import Judged
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.sensors.gateway.subscriber import Subscriber
from siteward_edge.sensors.hj212.server import serving
from siteward_edge.sensors.intake import Intake
from siteward_edge.sensors.modbus.line import poll


def devices(config: EdgeConfig) -> dict[str, Judged]:
    """Every instrument by its name in topics, with how it is judged."""
    found: dict[str, Judged] = {}
    if config.hj212 is not None:
        found |= {box.device: box for box in config.hj212.devices}
    found |= {device.device: device for device in config.modbus}
    for gateway in config.gateways:
        for mapped in gateway.messages:
            # Of a device that several topics speak of, the first says how it is judged.
            found = dict.fromkeys(mapped.names, mapped) | found
    return found


@asynccontextmanager
async def listening(
    config: EdgeConfig, outbox: Outbox, clock: Clock, new_id: IdSource, rng: random.Random
) -> AsyncIterator[Intake]:
    """Hears and polls every instrument of a configuration meanwhile.

    Raises:
        OSError: The HJ 212 address cannot be bound.
        BrokerError: A certificate for a gateway's broker cannot be used.
    """
    intake = Intake(config.site, devices(config), outbox, clock, new_id)
    subscribers = [Subscriber(gateway, config, intake, rng) for gateway in config.gateways]
    by_line = sorted(config.modbus, key=lambda device: device.line)
    lines = [list(group) for _, group in groupby(by_line, key=lambda device: device.line)]
    async with AsyncExitStack() as stack:
        if config.hj212 is not None:
            await stack.enter_async_context(serving(config.hj212, config.site, intake))
        jobs = [
            intake.look_for_silence(),
            *(poll(shared, intake, rng) for shared in lines),
            *(subscriber.run() for subscriber in subscribers),
        ]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            yield intake
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
