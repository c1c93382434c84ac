"""A line between a phone and the server that breaks when a test says so."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class WeakLine:
    """Passes bytes on to a port until it is cut; a cut line refuses and drops everything."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = 0
        """Bytes from the phone since the last ``mend``."""
        self._budget: int | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._up = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, sent: int) -> None:
        """Lets so many more bytes from the phone through, then cuts."""
        with self._lock:
            self.sent, self._budget = 0, sent

    def mend(self) -> None:
        """Works again, and counts anew."""
        with self._lock:
            self.sent, self._budget, self._up = 0, None, True

    def close(self) -> None:
        self._cut()
        self._listener.close()

    def _cut(self) -> None:
        with self._lock:
            self._up = False
            still_open, self._open = self._open, set()
        for end in still_open:
            with suppress(OSError):  # the other side was faster
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            if not self._up:
                phone.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._open |= {phone, server}
            for pair in ((phone, server, True), (server, phone, False)):
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, from_phone: bool) -> None:
        try:
            while data := source.recv(16 * 1024):
                if from_phone and self._is_too_much(len(data)):
                    self._cut()
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # cut, or one side left

    def _is_too_much(self, size: int) -> bool:
        with self._lock:
            self.sent += size
            return self._budget is not None and self.sent > self._budget


@contextmanager
def weak_line(target: int) -> Iterator[WeakLine]:
    """A line to a port of this machine."""
    line = WeakLine(target)
    try:
        yield line
    finally:
        line.close()
