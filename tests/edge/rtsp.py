"""A real RTSP camera: Debian's GStreamer server, run by the Python that has its bindings."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from tests.edge.pictures import absent
from tests.servers import running, wait_for_port

Codec = Literal["h264", "h265"]
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
port, launch, password = sys.argv[1:]
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory.new()
factory.set_launch(launch)
factory.set_shared(True)
if password:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("admin", password), token)
    server.set_auth(auth)
    rights = Gst.Structure.new_from_string("viewer,media.factory.access=true,"
                                           "media.factory.construct=true")
    factory.add_role_from_structure(rights)
server.get_mount_points().add_factory("/cam", factory)
server.attach(None)
GLib.MainLoop().run()
"""
)
ENCODERS: Final = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10",
}
PAYLOADERS: Final = {
    "h264": "rtph264pay config-interval=1 mtu=1400",
    "h265": "h265parse ! rtph265pay config-interval=1 mtu=1400",
}


class Camera:
    """A running RTSP camera."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        """Serves at ``url``."""
        self.url = f"rtsp://127.0.0.1:{port}/cam"
        self._process = process

    def hang(self) -> None:
        """Stops sending, with every connection left open."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Sends again."""
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def rtsp_camera(
    port: int,
    codec: Codec = "h264",
    size: tuple[int, int] = (320, 240),
    damage: float = 0,
    loss: float = 0,
    password: str = "",
) -> Iterator[Camera]:
    """Serves live video of a ball at ten pictures per second.

    Args:
        port: At ``rtsp://127.0.0.1:port/cam``.
        codec: H.264 or H.265.
        size: Width and height.
        damage: Share of the coded bytes that are changed on the way.
        loss: Share of the RTP packets that get lost on the way.
        password: Of the user ``admin``; anybody may look when empty.

    The test is skipped without GStreamer, and fails then where CI=true.
    """
    found = (
        Path(PYTHON).exists()
        and not subprocess.run([PYTHON, "-c", IMPORTS], capture_output=True, check=False).returncode
    )
    if not found:
        absent(f"{PYTHON} has no GstRtspServer; install gir1.2-gst-rtsp-server-1.0 and python3-gi")
    width, height = size
    broken = f"! breakmydata probability={damage} " if damage else ""
    lossy = f"! identity drop-probability={loss} " if loss else ""
    launch = (
        "( videotestsrc is-live=true pattern=ball "
        f"! video/x-raw,width={width},height={height},framerate=10/1,format=I420 "
        f"! {ENCODERS[codec]} {broken}! {PAYLOADERS[codec]} {lossy}name=pay0 )"
    )
    with running([PYTHON, "-c", SERVER, str(port), launch, password]) as server:
        wait_for_port(port, server)
        try:
            yield Camera(port, server)
        finally:
            server.send_signal(signal.SIGCONT)
