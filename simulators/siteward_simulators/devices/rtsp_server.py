"""RTSP before the HTTP cameras. Runs under the system's Python, which has GStreamer's bindings.

    /usr/bin/python3 rtsp_server.py PORT http://127.0.0.1:HTTP_PORT site/device ...

It imports nothing of ours: that Python has none of our packages. A camera is read only while
somebody watches it; when the camera ends, so does the RTSP session.
"""

import ctypes
import signal
import sys
import threading
import time
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

PIPELINE = (
    "( appsrc name=source is-live=true format=time "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


def read_exactly(response: object, size: int) -> bytes:
    """So many bytes, or an EOFError when the camera ends."""
    data = response.read(size)  # type: ignore[attr-defined]
    if len(data) < size:
        raise EOFError
    return bytes(data)


def feed(source: object, url: str, stop: threading.Event) -> None:
    """Pushes access units as they arrive, stamped with their arrival."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            while not stop.is_set():
                size = int.from_bytes(read_exactly(response, 4), "big")
                buffer = Gst.Buffer.new_wrapped(read_exactly(response, size))
                buffer.pts = buffer.dts = int((time.monotonic() - started) * Gst.SECOND)
                if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:  # type: ignore[attr-defined]
                    break
    except (OSError, EOFError):
        pass  # the camera is out of order or gone: its viewers see the stream end
    source.emit("end-of-stream")  # type: ignore[attr-defined]


def configure(_factory: object, media: object, url: str) -> None:
    """Starts reading a camera when its media is made, and stops when it is unmade."""
    source = media.get_element().get_by_name("source")  # type: ignore[attr-defined]
    stop = threading.Event()
    media.connect("unprepared", lambda _media: stop.set())  # type: ignore[attr-defined]
    threading.Thread(target=feed, args=(source, url, stop), daemon=True).start()


def main() -> None:
    """Serves until terminated, or until the parent dies."""
    parent_death = ctypes.CDLL(None).prctl
    parent_death(1, signal.SIGTERM)
    port, base, *cameras = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    for camera in cameras:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(PIPELINE)
        factory.set_shared(True)
        factory.connect("media-configure", configure, f"{base}/{camera}.units")
        server.get_mount_points().add_factory(f"/{camera}", factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on 127.0.0.1:{port}")
    loop = GLib.MainLoop()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
    loop.run()


if __name__ == "__main__":
    main()
