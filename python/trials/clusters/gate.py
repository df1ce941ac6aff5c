"""A gate in front of a server, which lets through, is slow, refuses, or takes everything and says nothing."""

import contextlib
import socket
import threading
import time


class Gate:
    """`how` is `open`, `slow`, `shut` or `silent`, and may be changed at any time. `port` is where it listens on this machine."""

    def __init__(self, host, port):
        self.how, self.server = "open", (host, port)
        self.open = set()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.how = "shut"
        # Whoever waits in `accept` does not hear of `close`.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends every connection that is there."""
        for end in list(self.open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def listen(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(near,), daemon=True).start()

    def connect(self, near):
        self.hold()
        if self.how == "slow":
            time.sleep(2)
        with near, contextlib.suppress(OSError):
            if self.how == "shut":
                return
            with socket.create_connection(self.server) as far:
                ends = {near, far}
                self.open |= ends
                threading.Thread(target=self.pump, args=(far, near), daemon=True).start()
                self.pump(near, far)
                self.open -= ends

    def hold(self):
        while self.how == "silent":
            time.sleep(0.1)

    def pump(self, source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                self.hold()
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
