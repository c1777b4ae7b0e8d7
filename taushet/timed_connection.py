"""A connection that `http.client` reads from, bounded in time as a whole."""

import io
import ssl
import time


class TimedConnection(io.RawIOBase):
    """A connection that gives up when the time for the whole is over, however slowly bytes drip in."""

    def __init__(self, connected: ssl.SSLSocket, deadline: float):
        super().__init__()
        self._socket, self._deadline = connected, deadline

    def _wait_no_longer(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        self._wait_no_longer()
        return self._socket.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self._wait_no_longer()
        self._socket.sendall(data)

    def makefile(self, *_mode, **_options) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Leave it open: http.client closes before the body is read, and counts on whoever reads to hold it."""

    def hang_up(self) -> None:
        self._socket.close()
