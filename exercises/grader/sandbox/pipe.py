"""Framed bytes between the grader and a worker, never waiting past a deadline."""

import os
import select
import time

from grader.sandbox import wire


class Gone(Exception):
    """The worker hung, or its end of the pipe is closed."""

    def __init__(self, hung: bool, seconds: float = 0.0) -> None:
        super().__init__()
        self.hung, self.seconds = hung, seconds


class Pipe:
    """Framed bytes over two descriptors, never waiting past a deadline."""

    def __init__(self, out_fd: int, in_fd: int) -> None:
        self._out, self._in = out_fd, in_fd
        os.set_blocking(out_fd, False)
        os.set_blocking(in_fd, False)

    def send(self, data: bytes, deadline: float) -> None:
        view = memoryview(len(data).to_bytes(8, "little") + data)
        start = time.monotonic()
        while view:
            self._wait([], [self._out], deadline, start)
            try:
                view = view[os.write(self._out, view) :]
            except BlockingIOError:
                continue
            except OSError as problem:
                raise Gone(False) from problem

    def receive(self, deadline: float) -> bytes:
        start = time.monotonic()
        size = int.from_bytes(self._read(8, deadline, start), "little")
        if size > 2 * wire.MAX_BYTES:
            raise ValueError(f"{size:,} bytes")
        return self._read(size, deadline, start)

    def _read(self, size: int, deadline: float, start: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait([self._in], [], deadline, start)
            try:
                piece = os.read(self._in, min(size - len(data), 2**20))
            except BlockingIOError:
                continue
            if not piece:
                raise Gone(False)
            data += piece
        return bytes(data)

    def _wait(self, reads: list[int], writes: list[int], deadline: float, start: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not any(select.select(reads, writes, [], left)):
            raise Gone(True, deadline - start)

    def close(self) -> None:
        os.close(self._out)
        os.close(self._in)
