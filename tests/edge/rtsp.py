"""A real RTSP camera: Debian's GStreamer server, run by the Python that has its bindings."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.edge.pictures import absent
from tests.servers import running, wait_for_port

PYTHON: Final = "/usr/bin/python3"
IMPORTS: Final = """
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
"""
SERVER: Final = (
    IMPORTS
    + """
Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory.new()
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay name=pay0 )"
)
factory.set_shared(True)
server.get_mount_points().add_factory("/cam", factory)
server.attach(None)
GLib.MainLoop().run()
"""
)


@contextmanager
def rtsp_camera(port: int) -> Iterator[None]:
    """Serves H.264 at ``rtsp://127.0.0.1:port/cam``; the test is skipped without GStreamer."""
    found = (
        Path(PYTHON).exists()
        and not subprocess.run([PYTHON, "-c", IMPORTS], capture_output=True, check=False).returncode
    )
    if not found:
        absent(f"{PYTHON} has no GstRtspServer; install gir1.2-gst-rtsp-server-1.0 and python3-gi")
    with running([PYTHON, "-c", SERVER, str(port)]) as server:
        wait_for_port(port, server)
        yield
