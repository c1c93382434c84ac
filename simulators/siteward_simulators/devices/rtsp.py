"""RTSP where the machine can serve it: GStreamer's server in a process of the system's Python."""

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SYSTEM_PYTHON: Final = Path("/usr/bin/python3")
"""The Python that Debian's GStreamer bindings are installed for."""


def can_serve_rtsp() -> bool:
    """Whether GStreamer's RTSP server and its Python bindings are installed."""
    if not SYSTEM_PYTHON.exists():
        return False
    probe = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); "
        "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
        "assert all(map(Gst.ElementFactory.find, ('appsrc', 'h264parse', 'rtph264pay')))"
    )
    done = subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False)
    return done.returncode == 0


async def relay(port: int, http: int, cameras: Sequence[str]) -> None:
    """Serves ``rtsp://127.0.0.1:{port}/{site}/{device}`` from the HTTP cameras until cancelled.

    Args:
        port: Where to listen.
        http: Port of the cameras' HTTP server.
        cameras: ``site/device`` of each.

    Raises:
        RuntimeError: The server ended by itself; it has said why on standard error.
    """
    script = Path(__file__).with_name("rtsp_server.py")
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON, script, str(port), f"http://127.0.0.1:{http}", *cameras
    )
    try:
        code = await process.wait()
        raise RuntimeError(f"the RTSP server ended with {code}; see the lines above")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
