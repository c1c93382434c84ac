"""Where everything that instruments measure comes together."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from siteward_contracts.clock import Clock
from siteward_contracts.ids import IdSource
from siteward_contracts.messages import SensorStatus
from siteward_edge.config.sensors import Judged
from siteward_edge.delivery.outbox import Outbox, OutboxFullError
from siteward_edge.sensors.commit import GroupCommit
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.watch import REPEAT, SensorWatch

log = logging.getLogger(__name__)

TICK: Final = 5.0
"""Seconds between looks for instruments that fell silent."""


class Intake:
    """Judges and stores; used on the event loop only."""

    def __init__(
        self,
        site: str,
        devices: Mapping[str, Judged],
        outbox: Outbox,
        clock: Clock,
        new_id: IdSource,
    ) -> None:
        """Takes up what was remembered of the devices, which are all it will take."""
        self.outbox = outbox
        self.clock = clock
        self._commit = GroupCommit(outbox)
        self._remembered: dict[str, datetime] = {}
        self._refused: dict[str, list[str]] = {}
        self._watches = {
            device: SensorWatch(site, device, judged, new_id, clock())
            for device, judged in devices.items()
        }
        for watch in self._watches.values():
            watch.resume(outbox.recall(watch.key))

    async def take(self, measured: Measured) -> None:
        """Returns when what was measured is on disk.

        Raises:
            OutboxFullError: It was not kept.
        """
        watch = self._watches[measured.device]
        now = self.clock()
        open_before = set(watch.findings.open)
        messages, refused = watch.take(measured, now)
        self._refuse(measured, refused)
        memory = {}
        changed = open_before != set(watch.findings.open)
        last = self._remembered.get(measured.device)
        if changed or last is None or now - last >= REPEAT:
            self._remembered[measured.device] = now
            memory[watch.key] = watch.remember()
        if messages or memory:
            await self._commit.put(messages, memory)

    async def look_for_silence(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            for watch in self._watches.values():
                messages = watch.tick(self.clock())
                if not messages:
                    continue
                try:
                    await self._commit.put(messages, {watch.key: watch.remember()})
                except OutboxFullError as error:
                    log.error("silence of %s not told: %s", watch.device, error)

    def status(self) -> list[SensorStatus]:
        """One line per instrument."""
        return [watch.status() for watch in self._watches.values()]

    def _refuse(self, measured: Measured, refused: list[str]) -> None:
        """Counts every refusal; logs and keeps the raw data when the reasons change."""
        names = [reason.partition(" ")[0] for reason in refused]
        if refused and names != self._refused.get(measured.device):
            log.warning("%s: left out: %s", measured.device, "; ".join(refused))
            self.outbox.reject(self.clock(), measured.device, "implausible", measured.raw)
        elif refused:
            self.outbox.count("rejected.implausible")
        if measured.live:
            self._refused[measured.device] = names
