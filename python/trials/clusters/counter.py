"""Counts what tells of itself from elsewhere: where jobs share no files, each says by HTTP that it has begun."""

import collections
import http.server
import threading


class Counter:
    """While it is entered: `port` is where it listens, `counts` how often each path was asked for."""

    def __enter__(self):
        self.counts = collections.Counter()
        lock, counts = threading.Lock(), self.counts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with lock:
                    counts[self.path.strip("/")] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
