"""A TCP link between an agent and its broker that can be narrowed and cut."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 4096


class SlowLink:
    """Forwards to a port; what goes up is held to ``bytes_per_second``."""

    def __init__(self, target: int, bytes_per_second: float) -> None:
        self.bytes_per_second = bytes_per_second
        self.sent = 0
        self._target = target
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Set before accepting, so that connections inherit it: a mobile link buffers little.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._closed.is_set():
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for source, sink, up in ((near, far, True), (far, near, False)):
                    args = (source, sink, up)
                    threading.Thread(target=self._forward, args=args, daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with suppress(OSError), source, sink:
            while chunk := source.recv(CHUNK):
                if up:
                    self.sent += len(chunk)
                    time.sleep(len(chunk) / self.bytes_per_second)
                sink.sendall(chunk)


@contextmanager
def slow_link(target: int, bytes_per_second: float) -> Iterator[SlowLink]:
    """Opens the link for the length of a with block."""
    link = SlowLink(target, bytes_per_second)
    try:
        yield link
    finally:
        link.close()
