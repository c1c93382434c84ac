"""Commits what many instruments bring at once in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from siteward_edge.delivery.outbox import Outbox, Outgoing

MOST: Final = 500
"""Messages in one transaction, so that a flood cannot make one last for seconds."""


class GroupCommit:
    """Gathers whatever arrives while the disk is busy and writes it together.

    A box that sends every second costs one flush of the disk per packet otherwise, and the
    event loop would wait for each. Nobody waits longer than for the transaction going on and
    the one after it.
    """

    def __init__(self, outbox: Outbox) -> None:
        """Commits into an outbox."""
        self._outbox = outbox
        self._waiting: list[tuple[Sequence[Outgoing], Mapping[str, str], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, messages: Sequence[Outgoing], memory: Mapping[str, str]) -> None:
        """Returns once the messages, and what is to be remembered with them, are on disk.

        Raises:
            OutboxFullError: They were not kept.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((messages, memory, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="sensor-commit")
        await done

    async def _write(self) -> None:
        while self._waiting:
            batch = self._next()
            messages = [message for some, _, _ in batch for message in some]
            memory = {key: value for _, some, _ in batch for key, value in some.items()}
            put = asyncio.to_thread(self._outbox.put, messages, memory)
            (error,) = await asyncio.gather(put, return_exceptions=True)
            for _, _, done in batch:
                if done.done():
                    continue
                if error is None:
                    done.set_result(None)
                else:
                    done.set_exception(error)

    def _next(self) -> list[tuple[Sequence[Outgoing], Mapping[str, str], asyncio.Future[None]]]:
        size = 0
        for index, (messages, _, _) in enumerate(self._waiting):
            size += len(messages)
            if size > MOST and index:
                batch, self._waiting = self._waiting[:index], self._waiting[index:]
                return batch
        batch, self._waiting = self._waiting, []
        return batch
