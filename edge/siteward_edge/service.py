"""Tells systemd how the agent is, where systemd started it (``Type=notify``, ``WatchdogSec=``)."""

import logging
import socket
from collections.abc import Callable

log = logging.getLogger(__name__)

Notify = Callable[[str], None]
"""Takes ``READY=1``, ``WATCHDOG=1``, ``STOPPING=1`` or ``STATUS=…`` (sd_notify(3))."""


def notifier(address: str | None) -> Notify:
    """What tells systemd; nothing when it does not listen.

    Args:
        address: ``NOTIFY_SOCKET`` of the environment; a leading ``@`` is an abstract socket.
    """
    if not address:
        return lambda state: None
    path = "\0" + address[1:] if address.startswith("@") else address

    def notify(state: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.sendto(state.encode(), path)
        except OSError as error:
            log.warning("systemd does not hear %s: %s", state, error)

    return notify
