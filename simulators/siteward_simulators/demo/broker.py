"""The demo's broker: Mosquitto where it is installed, else the one that comes as a wheel."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

MAX_PAYLOAD: Final = 4 * 1024 * 1024
"""Bytes, as ``siteward_contracts.decode`` reads at most."""
WINDOW: Final = 1000
"""Unacknowledged messages per client; ingest commits batches up to this size."""


def broker_command(folder: Path, port: int) -> list[str]:
    """The command that serves MQTT on loopback and keeps its queues in ``folder``."""
    binary = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if binary is None:
        return [sys.executable, "-m", "siteward_simulators.demo.embedded_broker", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "mosquitto.conf"
    # Run by root, Mosquitto would drop to a user who cannot write to the folder.
    user = "user root\n" if os.geteuid() == 0 else ""
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\n{user}"
        f"persistence true\npersistence_location {folder}/\nautosave_interval 30\n"
        f"max_inflight_messages {WINDOW}\nmax_queued_messages 0\n"
        f"message_size_limit {MAX_PAYLOAD * 4}\nlog_dest stdout\nlog_type error\nlog_type warning\n",
        encoding="utf-8",
    )
    return [binary, "-c", str(config)]
